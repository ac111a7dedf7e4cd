/** `vstack scenario`: timed scripts over links and processes. */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RemoteControl } from '../../client/control/websocket-client.ts';
import type { NetworkStatus, ScenarioRun } from '../../contract/control/network.ts';
import { VStackError } from '../../contract/errors.ts';
import { Scenario } from '../../contract/network.ts';
import { actionText, targetText } from '../../host/network/step-words.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { printable, type Paint } from '../terminal/style.ts';
import { formatPairs, formatTable, type Column } from '../terminal/table.ts';
import { attached } from './status.ts';

const COLUMNS: readonly Column[] = [{ title: 'SCENARIO' }, { title: 'NAME' }, { title: 'KIND' }, { title: 'LENGTH', align: 'right' }, { title: 'STEPS', align: 'right' }, { title: 'WHAT HAPPENS' }];
const STEP_COLUMNS: readonly Column[] = [{ title: 'AT', align: 'right' }, { title: 'NODES' }, { title: 'WHAT HAPPENS' }];

const secondsText = (seconds: number): string => `${Number(seconds.toFixed(1))} s`;

const runText = ({ scenario, phase, elapsedSec, seed, problem }: ScenarioRun): string => {
  const name = `“${printable(scenario.name)}”`;
  if (phase === 'running') return `${name} runs: ${Math.round(elapsedSec)} s of ${scenario.durationSec} s, seed ${seed}.`;
  if (phase === 'ended') return `${name} ended after ${secondsText(elapsedSec)}, seed ${seed}; everything is back to normal.`;
  return `${name} ${phase === 'stopped' ? 'was stopped' : 'failed'} after ${secondsText(elapsedSec)}, seed ${seed}${problem === null ? '; everything is back to normal.' : `. ${printable(problem)}`}`;
};

export const runScenarioList = (context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { output, signal } = context;
    const [{ scenarios }, { run }] = await Promise.all([client.call('scenarios:list', {}, { signal }), client.call('network:show', {}, { signal })]);
    const rows = scenarios.map(({ id, name, isBuiltIn, durationSec, steps, description }) => [id, printable(name), isBuiltIn ? 'built-in' : 'own', `${durationSec} s`, String(steps.length), printable(description)]);
    output.result({ scenarios, run }, [...formatTable(COLUMNS, rows, output.paint), ...(run ? ['', runText(run)] : [])]);
  });

/** @throws VStackError not_found */
const findScenario = async (client: RemoteControl, scenarioId: string): Promise<Scenario> => {
  const { scenarios } = await client.call('scenarios:list', {});
  const found = scenarios.find(({ id }) => id === scenarioId);
  if (found) return found;
  throw new VStackError('not_found', `There is no scenario "${scenarioId}"; known: ${scenarios.map(({ id }) => id).join(', ')}.`);
};

const scenarioLines = ({ name, description, durationSec, steps }: Scenario, paint: Paint): string[] => [
  ...formatPairs([['name', printable(name)], ['length', `${durationSec} s`], ...(description === '' ? [] : [['what happens', printable(description)] as const])], paint),
  '',
  ...(steps.length > 0 ? formatTable(STEP_COLUMNS, steps.map(({ atSec, target, action }) => [`${atSec} s`, targetText(target), actionText(action)]), paint) : ['It has no steps.']),
];

export const runScenarioShow = (scenarioId: string, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const scenario = await findScenario(client, scenarioId);
    context.output.result(scenario, scenarioLines(scenario, context.output.paint));
  });

type Step = ScenarioRun['done'][number];

const stepLine = ({ atSec, nodeIds, action, problem }: Step, paint: Paint): string =>
  `  ${secondsText(atSec).padStart(7)}  ${nodeIds.join(', ') || '–'}  ${actionText(action)}${problem === null ? '' : `  ${paint('bad', printable(problem))}`}`;

/** Tells each step as it comes, and again when it could not be done. Resolves with the run once it is over. @throws VStackError cancelled, unavailable */
const followRun = (client: RemoteControl, started: ScenarioRun, { output, signal }: CliContext): Promise<ScenarioRun> =>
  new Promise((resolveRun, reject) => {
    const told: (string | null)[] = [];
    const finish = (act: () => void): void => {
      stop();
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const look = ({ run }: NetworkStatus): void => {
      if (run === null || run.startedAtMs !== started.startedAtMs) return;
      for (const [index, step] of run.done.entries()) {
        if (told[index] === step.problem && index < told.length) continue;
        told[index] = step.problem;
        output.event('scenario-step', step, [stepLine(step, output.paint)]);
      }
      if (run.phase !== 'running') finish(() => resolveRun(run));
      else output.status(`  “${run.scenario.name}”: ${Math.round(run.elapsedSec)} s of ${run.scenario.durationSec} s`);
    };
    const onAbort = (): void => finish(() => reject(new VStackError('cancelled', 'The scenario was stopped; everything is back to normal.')));
    const stop = client.on('network:changed', look);
    signal.addEventListener('abort', onAbort, { once: true });
    void client.closed.then(() => finish(() => reject(new VStackError('unavailable', 'The host ended while the scenario ran.'))));
    // It may be over before the first event, and an abort may have come before anybody listened.
    client.call('network:show', {}).then(look, (error: Error) => finish(() => reject(error)));
    if (signal.aborted) onAbort();
  });

export const runScenarioRun = (scenarioId: string, { seed, follow }: { seed?: number; follow: boolean }, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { output, signal } = context;
    const { run } = await client.call('scenarios:run', { scenarioId, ...(seed !== undefined && { seed }) }, { signal });
    if (!run) throw new VStackError('internal', 'The host says that it plays the scenario, and knows of none.');
    if (!follow) return output.result(run, [runText(run), output.paint('dim', '`vstack scenario stop` ends it; `vstack events --follow` tells what it does.')]);
    output.event('scenario-started', { scenarioId, seed: run.seed, durationSec: run.scenario.durationSec }, [runText(run)]);
    try {
      const over = await followRun(client, run, context);
      if (over.phase === 'failed') throw new VStackError('unavailable', runText(over));
      output.result(over, [runText(over)]);
    } catch (error) {
      // Ctrl-C ends what this command began.
      if (signal.aborted) await client.call('scenarios:stop', {});
      throw error;
    }
  });

export const runScenarioStop = (context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { run } = await client.call('scenarios:stop', {}, { signal: context.signal });
    context.output.result({ run }, [run ? runText(run) : 'No scenario has run.']);
  });

/** As it is imported again, here, in the page or on another machine. */
const exportText = (scenario: Scenario): string => `${JSON.stringify(scenario, null, 2)}\n`;

export const runScenarioExport = (scenarioId: string, { out }: { out?: string }, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const text = exportText(await findScenario(client, scenarioId));
    if (out === undefined) return context.output.result({ scenarioId, text }, text.trimEnd().split('\n').map(printable));
    const path = resolve(out);
    await writeFile(path, text).catch((cause: Error) => {
      throw new VStackError('bad_request', `${path} cannot be written: ${cause.message}. Name a file in a folder that exists.`, { cause });
    });
    context.output.result({ scenarioId, path }, [`Wrote ${path}.`]);
  });

/** @throws VStackError not_found, bad_request */
const readScenario = async (path: string): Promise<Scenario> => {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new VStackError('not_found', `${path} cannot be read: ${cause.message}.`, { cause });
  });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new VStackError('bad_request', `${path} is no JSON: ${(cause as Error).message}. Expected a scenario as \`vstack scenario export\` writes it.`, { cause });
  }
  const parsed = Scenario.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new VStackError('bad_request', `${path} is no scenario: "${issue!.path.join('.')}" ${issue!.message}. Expected one as \`vstack scenario export\` writes it.`);
};

export const runScenarioImport = (file: string, { replace }: { replace: boolean }, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { isBuiltIn: _isBuiltIn, id, ...wish } = await readScenario(resolve(file));
    const saved = await client.call('scenarios:save', { ...wish, ...(replace && { id }) }, { signal: context.signal });
    context.output.result(saved, [`Imported ${saved.id}: ${saved.steps.length} steps in ${saved.durationSec} s. Play it with \`vstack scenario run ${saved.id}\`.`]);
  });

export const runScenarioDelete = (scenarioId: string, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    await client.call('scenarios:delete', { scenarioId });
    context.output.result({ scenarioId }, [`${scenarioId} is deleted.`]);
  });
