/** `vstack doctor`: what could keep a cluster from running, and what to do; works with a host and without one. */
import { join } from 'node:path';
import type { Diagnosis } from '../../contract/control/system.ts';
import { VStackError } from '../../contract/errors.ts';
import { runDoctor } from '../../host/doctor.ts';
import { openSettings } from '../../host/settings-store.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import type { ProgramLayout } from '../program-layout.ts';
import { widthOf, type Tone } from '../terminal/style.ts';

const MARK: Record<Diagnosis['status'], [mark: string, tone: Tone]> = { ok: ['✓', 'good'], warning: ['!', 'warn'], problem: ['✗', 'bad'] };

const hostDiagnosis = (finding: string): Diagnosis => ({ name: 'Host', status: 'ok', finding, advice: null });

const diagnoseHere = async (dataDir: string, { entries, projectRoot }: ProgramLayout): Promise<Diagnosis[]> => {
  const { portBase } = (await openSettings(join(dataDir, 'settings.json'))).get();
  return [hostDiagnosis('none runs in this data folder'), ...(await runDoctor({ dataDir, entries, projectRoot, portBase, isClusterRunning: false }))];
};

const diagnose = async (context: CliContext, layout: ProgramLayout): Promise<Diagnosis[]> => {
  try {
    const client = await context.attach();
    try {
      const [{ diagnoses }, { hostPid, door }] = await Promise.all([client.call('system:doctor', {}), client.call('system:info', {})]);
      return [hostDiagnosis(`process ${hostPid} (${door}) answers`), ...diagnoses];
    } finally {
      client.close();
    }
  } catch (error) {
    if (error instanceof VStackError && error.code === 'not_running') return diagnoseHere(context.dataDir, layout);
    throw error;
  }
};

export const runDoctorCommand = async (layout: ProgramLayout, context: CliContext): CommandResult => {
  const { paint } = context.output;
  const diagnoses = await diagnose(context, layout);
  const width = Math.max(...diagnoses.map(({ name }) => widthOf(name)));
  const lines = diagnoses.flatMap(({ name, status, finding, advice }) => {
    const [mark, tone] = MARK[status];
    return [`${paint(tone, mark)} ${name.padEnd(width)}  ${finding}`, ...(advice ? [`  ${' '.repeat(width)}  ${paint('dim', advice)}`] : [])];
  });
  context.output.result({ diagnoses }, lines);
  return diagnoses.some(({ status }) => status === 'problem') ? exitCode.foundWrong : exitCode.ok;
};
