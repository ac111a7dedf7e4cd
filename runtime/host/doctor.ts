/** Looks for what could keep a cluster from running, and says what to do about it. Works without a host, so that it can tell why there is none. */
import type { Diagnosis } from '../contract/control/system.ts';
import { toErrorBody } from '../contract/errors.ts';
import { GIB, MIB } from '../contract/units.ts';
import { findFfmpeg } from '../platform/ffmpeg.ts';
import { fileFacts, freeBytes, joinPath, makeDirectory, removePath, writeJsonFile } from '../platform/files.ts';
import { requireFreePorts } from '../platform/net/ports.ts';
import { chooseNodePath } from '../platform/process/environment.ts';
import { findBrowser, findElectron, hasDisplay, systemFacts } from '../platform/system.ts';

export interface DoctorOptions {
  dataDir: string;
  /** The built programs, by name. */
  entries: Readonly<Record<string, string>>;
  projectRoot?: string;
  /** As in the settings; 0 when the system chooses the ports. */
  portBase: number;
  /** While a cluster runs, its ports are taken for a good reason. */
  isClusterRunning: boolean;
}

type Check = (options: DoctorOptions) => Promise<Omit<Diagnosis, 'name'>>;

const FREE_BYTES_LOW = GIB;
const FREE_BYTES_MIN = 100 * MIB;

const ok = (finding: string): Omit<Diagnosis, 'name'> => ({ status: 'ok', finding, advice: null });
const warning = (finding: string, advice: string): Omit<Diagnosis, 'name'> => ({ status: 'warning', finding, advice });
const problem = (finding: string, advice: string): Omit<Diagnosis, 'name'> => ({ status: 'problem', finding, advice });

const checkNode: Check = ({ projectRoot }) =>
  Promise.resolve(ok(`${chooseNodePath(projectRoot === undefined ? {} : { projectRoot })} (this program runs on Node ${systemFacts().nodeVersion})`));

const checkPrograms: Check = async ({ entries }) => {
  const found = await Promise.all(Object.values(entries).map(async (path) => ((await fileFacts(path)) ? [] : [path])));
  const missing = found.flat();
  return missing.length === 0 ? ok(`${Object.keys(entries).join(', ')} are built`) : problem(`missing: ${missing.join(', ')}`, 'Run `npm run build`.');
};

const checkDataFolder: Check = async ({ dataDir }) => {
  const probe = joinPath(dataDir, 'doctor.probe');
  await makeDirectory(dataDir);
  await writeJsonFile(probe, {});
  await removePath(probe);
  return ok(`${dataDir} can be written`);
};

const checkDisk: Check = async ({ dataDir }) => {
  await makeDirectory(dataDir);
  const free = await freeBytes(dataDir);
  const finding = `${(free / GIB).toFixed(1)} GiB free on the disk of the data folder`;
  if (free < FREE_BYTES_MIN) return problem(finding, 'Make room, or choose another disk with --data. Storage nodes refuse writes on a full disk.');
  return free < FREE_BYTES_LOW ? warning(finding, 'Enough for short videos only. Make room, or choose another disk with --data.') : ok(finding);
};

/** V-Stack's classic numbers: metadata N, the links of nodes N+1 to N+3, uploader N+4. */
const CLASSIC_PORT_COUNT = 5;

const checkPorts: Check = async ({ portBase, isClusterRunning }) => {
  if (portBase === 0) return ok('the system chooses them');
  if (isClusterRunning) return ok(`from ${portBase}, held by the running cluster`);
  await requireFreePorts(Array.from({ length: CLASSIC_PORT_COUNT }, (_, index) => ({ port: portBase + index, purpose: 'the cluster' })));
  return ok(`${portBase} to ${portBase + CLASSIC_PORT_COUNT - 1} are free`);
};

const checkBrowser: Check = async () => {
  const browser = await findBrowser();
  return browser ? ok(browser) : warning('none found', 'Install Chromium, Chrome, Edge or Firefox to use the page of `vstack serve`; the commands work without one.');
};

const checkElectron: Check = async ({ projectRoot }) => {
  const electron = await findElectron(projectRoot);
  if (!electron) return warning('its binary is not on this machine', 'It is fetched on the first `npm start` with a network. `vstack serve` shows the same in a browser.');
  return hasDisplay() ? ok(electron) : warning(`${electron}, but there is no display`, 'Use `vstack serve` and a browser.');
};

const checkFfmpeg: Check = async () => {
  const ffmpeg = await findFfmpeg();
  return ffmpeg ? ok(ffmpeg) : warning('none found', 'Only AVI, FLV and formats that browsers cannot play need it. Install ffmpeg to upload those.');
};

const checks: readonly (readonly [name: string, check: Check])[] = [
  ['Node', checkNode],
  ['Programs', checkPrograms],
  ['Data folder', checkDataFolder],
  ['Disk', checkDisk],
  ['Ports', checkPorts],
  ['Browser', checkBrowser],
  ['Electron', checkElectron],
  ['ffmpeg', checkFfmpeg],
];

const ADVICE_UNKNOWN = 'Put right what the message names, then run the doctor again.';

export const runDoctor = (options: DoctorOptions): Promise<Diagnosis[]> =>
  Promise.all(
    checks.map(async ([name, check]) => {
      try {
        return { name, ...(await check(options)) };
      } catch (error) {
        return { name, ...problem(toErrorBody(error).detail, ADVICE_UNKNOWN) };
      }
    }),
  );
