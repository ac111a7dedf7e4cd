/** What the files that declare commands share. */
import type { CliContext, CommandResult } from './context.ts';

export interface GlobalOptions {
  data?: string;
  json?: boolean;
}

/** Runs a command's work with its context, and keeps its exit code. */
export type Run = (options: GlobalOptions, work: (context: CliContext) => CommandResult) => Promise<void>;

export const examples = (...lines: string[]): string => `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
