/** Values on the command line: parsed here once, refused with what was expected. */
import { InvalidArgumentError } from 'commander';
import { CLIENT_KINDS, type ClientKind, PLAYER_CLIENT_KINDS } from '../contract/client-kind.ts';
import { BLOCKS_MAX, ReportFormat, SESSION_SEC_MAX } from '../contract/comparison.ts';
import { LogLevel } from '../contract/control/logs.ts';
import { NODES_MAX, REPLICAS_MAX } from '../contract/settings.ts';

const PORT_MAX = 65_535;
/** The highest port base that leaves room for the ports counted from it. */
const PORT_BASE_MAX = 65_000;
const LIMIT_MAX = 10_000;

const whole =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    return value;
  };

export const oneOf =
  <T extends string>(...choices: readonly T[]) =>
  (text: string): T => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw new InvalidArgumentError(`Expected ${choices.join(', ')}.`);
    return choice;
  };

/** An empty variable in a script must not come to mean the current folder. */
export const parseDataDir = (text: string): string => {
  if (text.trim() === '') throw new InvalidArgumentError('Expected a folder; the value is empty.');
  return text;
};

const filled = (what: string) => (text: string): string => {
  if (text.trim() === '') throw new InvalidArgumentError(`Expected ${what}; the value is empty.`);
  return text.trim();
};

export const parseTitle = filled('a title');
export const parseName = filled('a name');
export const parseNodes = whole(1, NODES_MAX);
export const parseReplicas = whole(1, REPLICAS_MAX);
export const parsePort = whole(0, PORT_MAX);
export const parsePortBase = whole(0, PORT_BASE_MAX);
export const parseLimit = whole(1, LIMIT_MAX);
export const parseOffset = whole(0, Number.MAX_SAFE_INTEGER);
/** Seeds of scenarios and comparisons: whole numbers below 2^31. */
export const parseSeed = whole(0, 2 ** 31 - 1);
export const parseAuthentication = oneOf('on', 'off');
/** For an option that may be given more than once. */
export const collectSources = (name: string, before: readonly string[] = []): string[] => [...before, name];
export const parseClient = oneOf(...PLAYER_CLIENT_KINDS);
export const parseLevel = oneOf(...LogLevel.options);

const severalOf =
  <T extends string>(...choices: readonly T[]) =>
  (text: string): T[] => {
    const parse = oneOf(...choices);
    return [...new Set(text.split(',').map((part) => parse(part.trim())))];
  };

const parseClientNames = severalOf(...CLIENT_KINDS);
export const parseClients = (text: string): ClientKind[] => {
  const clients = parseClientNames(text);
  if (clients.length < 2) throw new InvalidArgumentError('Expected two clients at least.');
  return clients;
};
export const parseBlocks = whole(1, BLOCKS_MAX);
export const parseSessionSec = whole(2, SESSION_SEC_MAX);
export const parseFormats = severalOf(...ReportFormat.options);
