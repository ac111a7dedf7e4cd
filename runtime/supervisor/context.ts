/** What every part of the supervisor is given from outside. */
import type { ChildRole } from '../contract/child.ts';
import type { SupervisionPolicy } from '../core/supervision/policy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { isPortFree, requireFreePorts, waitUntilPortAnswers } from '../platform/net/ports.ts';
import type { Starter } from '../platform/process/starter.ts';
import type { Random } from '../platform/random.ts';
import type { Ledger } from './ledger.ts';

export interface SupervisorContext {
  starter: Starter;
  clock: Clock;
  random: Random;
  policy: SupervisionPolicy;
  log: Logger;
  /** Entry file of each role, absolute. */
  entries: Readonly<Record<ChildRole, string>>;
  ledger: Ledger;
  ports: PortTools;
}

/** What the supervisor asks of the machine's ports; a fake twin answers in tests that start no processes. */
export interface PortTools {
  isFree(port: number): Promise<boolean>;
  /** @throws VStackError port_in_use naming each taken port and its owner */
  requireFree(wanted: readonly { port: number; purpose: string }[]): Promise<void>;
  /** @throws VStackError timeout */
  waitUntilAnswers(port: number): Promise<void>;
}

export const systemPortTools: PortTools = {
  isFree: (port) => isPortFree(port),
  requireFree: (wanted) => requireFreePorts(wanted),
  waitUntilAnswers: (port) => waitUntilPortAnswers(port),
};
