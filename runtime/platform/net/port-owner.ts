/** Finds the process that listens on a port, so that a conflict can be named. Best effort: what the system hides stays unknown. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { execa } from 'execa';

export interface PortOwner {
  pid: number;
  /** The command line where it is known, else the program's name. */
  command: string;
}

const TOOL_TIMEOUT_MS = 3000;

/** A command line is shown in a sentence, so it is cut to a readable length. */
const COMMAND_CHARS_MAX = 120;

export const portOwner = async (port: number): Promise<PortOwner | undefined> => {
  try {
    const owner = await (process.platform === 'linux' ? ownerLinux(port) : process.platform === 'win32' ? ownerWindows(port) : ownerLsof(port));
    return owner && { ...owner, command: owner.command.slice(0, COMMAND_CHARS_MAX) };
  } catch {
    // The tool is missing or forbidden. The port is taken all the same, and the caller says so without a name.
    return undefined;
  }
};

/** Value of the `st` column of /proc/net/tcp for a listening socket. */
const LISTENING = '0A';

const ownerLinux = async (port: number): Promise<PortOwner | undefined> => {
  const inodes = (await Promise.all(['tcp', 'tcp6'].map((table) => listeningInodes(`/proc/net/${table}`, port)))).flat();
  if (inodes.length === 0) return undefined;
  const targets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    // Other users' processes do not show their descriptors, and processes end while we look; both are skipped.
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const links = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
    if (!links.some((link) => targets.has(link))) continue;
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return { pid: Number(pid), command: commandLine.replaceAll('\0', ' ').trim() || 'unknown' };
  }
  return undefined;
};

/** Rows are `sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …`, addresses as hex `ip:port`. */
const listeningInodes = async (table: string, port: number): Promise<string[]> => {
  const text = await readFile(table, 'utf8').catch(() => '');
  const portHex = port.toString(16).toUpperCase().padStart(4, '0');
  return text
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${portHex}`) && fields[3] === LISTENING)
    .map((fields) => fields[9]!);
};

const ownerLsof = async (port: number): Promise<PortOwner | undefined> => {
  const { stdout } = await execa('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { timeout: TOOL_TIMEOUT_MS });
  const pid = /^p(\d+)$/m.exec(stdout)?.[1];
  return pid === undefined ? undefined : { pid: Number(pid), command: /^c(.+)$/m.exec(stdout)?.[1] ?? 'unknown' };
};

const ownerWindows = async (port: number): Promise<PortOwner | undefined> => {
  const { stdout } = await execa('netstat', ['-ano', '-p', 'TCP'], { timeout: TOOL_TIMEOUT_MS });
  // Rows are `TCP local foreign STATE pid`; a listener's foreign port is 0, whatever language the state is written in.
  const row = stdout.split('\n').map((line) => line.trim().split(/\s+/)).find((fields) => fields[1]?.endsWith(`:${port}`) && fields[2]?.endsWith(':0'));
  return row?.[4] === undefined ? undefined : { pid: Number(row[4]), command: 'see Task Manager' };
};
