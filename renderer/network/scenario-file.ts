/** Scenarios as files. Loaded when one is imported, because the schema brings zod along. */
import { Scenario } from '../../runtime/contract/network.ts';
import { VStackError } from '../../runtime/contract/errors.ts';

/** Far more than any scenario is; what is larger was picked by mistake. */
const FILE_BYTES_MAX = 1_000_000;
const PROBLEMS_SHOWN_MAX = 3;

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`), '');

/** A scenario without its id: it becomes a new one of the person's own. @throws VStackError bad_request: what was expected, and what came */
export const parseScenarioFile = (name: string, text: string): Omit<Scenario, 'id' | 'isBuiltIn'> => {
  if (text.length > FILE_BYTES_MAX) throw new VStackError('bad_request', `"${name}" is too large to be a scenario. Choose a JSON file that was exported here.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new VStackError('bad_request', `"${name}" is no JSON: ${error instanceof Error ? error.message : String(error)}. Choose a file that was exported here.`, { cause: error });
  }
  // A file written by hand needs no id.
  const parsed = Scenario.safeParse(typeof json === 'object' && json !== null ? { id: 'imported', ...json } : json);
  if (parsed.success) {
    const { version, name: title, description, durationSec, steps } = parsed.data;
    return { version, name: title, description, durationSec, steps };
  }
  const problems = parsed.error.issues.slice(0, PROBLEMS_SHOWN_MAX).map(({ path, message }) => `${path.length > 0 ? `${pathText(path)}: ` : ''}${message}`);
  throw new VStackError('bad_request', `"${name}" is no scenario. ${problems.join('; ')}.`);
};
