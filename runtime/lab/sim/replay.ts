/**
 * Shows one schedule again, event by event, and shrinks it if it fails:
 *
 *   node runtime/lab/sim/replay.ts --seed 4137 [--mutant 'promise ignored'] [--ndjson] [--no-shrink]
 */
import { MUTANT_NAMES, rulesOf } from './mutants.ts';
import type { MutantName } from './mutants.ts';
import { replayTrace } from './replay-trace.ts';
import { shrink } from './shrink.ts';
import { TraceRecorder } from './trace.ts';
import type { TraceEvent } from './trace.ts';
import { World } from './world.ts';

/** Grants and hashes are long and say little to a reader: their first words do. */
const abbreviate = (key: string, value: unknown): unknown => {
  if (key === 'grant' || key === 'config') return undefined;
  if (key === 'fragment_sha256' || key === 'size_bytes') return undefined;
  if (key === 'sha256' || key === 'store_uuid') return String(value).slice(-4);
  if (typeof value === 'object' && value !== null && 'proposer_id' in value) {
    const { round, proposer_id } = value as { round: number; proposer_id: string };
    return `${round}.${proposer_id}`;
  }
  return value;
};

export const formatEvent = (event: TraceEvent): string =>
  [String(event.seq).padStart(4), event.kind.padEnd(9), event.node.padEnd(11), `g${event.chunk.split('.g')[1]}`, JSON.stringify(event.msg, abbreviate) ?? ''].join(' ');

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const main = (args: readonly string[]): number => {
  const valueOf = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const seed = Number(valueOf('--seed'));
  const mutant = (valueOf('--mutant') ?? null) as MutantName | null;
  if (!Number.isInteger(seed) || (mutant && !MUTANT_NAMES.includes(mutant))) {
    print(`usage: node runtime/lab/sim/replay.ts --seed N [--mutant NAME] [--ndjson] [--no-shrink]\nmutants:\n  ${MUTANT_NAMES.join('\n  ')}`);
    return 2;
  }
  const found = args.includes('--no-shrink') ? null : shrink(seed, mutant);
  const world = new World(mutant);
  world.trace = new TraceRecorder(`seed-${seed}`);
  world.run(seed, found?.script ?? null);
  for (const event of world.trace.events) print(args.includes('--ndjson') ? JSON.stringify(event) : formatEvent(event));
  if (args.includes('--ndjson')) return world.checker.violation ? 1 : 0;
  const { differsAt, comparedCount } = replayTrace(world.trace.events, rulesOf(mutant).rules);
  print(`\n${world.steps} steps, ${comparedCount} states ${differsAt === null ? 'replayed to the same hashes' : `replayed, the one of event ${differsAt} differs`}`);
  if (found) print(`shrunk to ${found.script.length} draws and ${found.steps} steps in ${found.tries} tries`);
  print(world.checker.violation ? `VIOLATION ${world.checker.violation}: ${world.checker.detail}` : 'no violation');
  return world.checker.violation ? 1 : 0;
};

if (process.argv[1]?.endsWith('replay.ts')) process.exitCode = main(process.argv.slice(2));
