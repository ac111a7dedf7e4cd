/**
 * How a call of the control contract is declared. Every adapter (in process, Electron IPC, WebSocket, REST) derives from these
 * declarations: it parses the input with `input`, checks that the caller has the permission in `needs`, and sends back `output`.
 */
import type { z } from 'zod';

/** `read` changes nothing; `write` changes what is stored or set; `execute` starts, stops or kills processes. */
export type Permission = 'read' | 'write' | 'execute';

export interface CallDefinition<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  input: I;
  output: O;
  needs: Permission;
  /** One sentence for people: help texts, the command palette, the API description. */
  summary: string;
}

export const defineCall = <I extends z.ZodType, O extends z.ZodType>(definition: CallDefinition<I, O>): CallDefinition<I, O> => definition;
