/** Saved comparisons: a JSON file each, in `reports/` of the data folder. */
import { COMPARISON_VERSION, ComparisonReport, type ComparisonSummary } from '../../contract/comparison.ts';
import { VStackError } from '../../contract/errors.ts';
import { fileFacts, joinPath, listDirectory, makeDirectory, readJsonFile, removePath, writeJsonFile } from '../../platform/files.ts';
import type { Logger } from '../../platform/log.ts';

const PREFIX = 'comparison-';
const SUFFIX = '.json';

/**
 * Reads a report of any known version. There is only one so far; the next one adds a step here, so that old reports keep opening.
 * @throws VStackError bad_request for what is no report, or comes from a newer program
 */
export const migrateReport = (input: unknown): ComparisonReport => {
  const version = typeof input === 'object' && input !== null ? (input as { version?: unknown }).version : undefined;
  if (typeof version !== 'number') throw new VStackError('bad_request', 'The report carries no version number; it was not written by this program.');
  if (version > COMPARISON_VERSION) throw new VStackError('bad_request', `The report has version ${version}, this program knows up to ${COMPARISON_VERSION}. Use a newer program.`);
  const parsed = ComparisonReport.safeParse(input);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new VStackError('bad_request', `The report is wrong at "${first!.path.join('.')}": ${first!.message}.`);
};

const summaryOf = (report: ComparisonReport, sizeBytes: number): ComparisonSummary => {
  const { id, createdAtMs, timeMode, plan, blockCount, isComplete, improvement, verdict, condition, targets } = report;
  return { id, createdAtMs, timeMode, plan, blockCount, isComplete, improvement, verdict, conditionName: condition.name, targetCount: targets.length, missedCount: targets.filter(({ isMet }) => isMet === false).length, sizeBytes };
};

export interface ReportStore {
  /** Youngest first. */
  list(limit: number): Promise<ComparisonSummary[]>;
  /** @throws VStackError not_found, bad_request for one that cannot be read */
  get(id: string): Promise<ComparisonReport>;
  /** Whole or not at all, whatever the moment of a crash. */
  save(report: ComparisonReport): Promise<void>;
  /** @throws VStackError not_found */
  remove(id: string): Promise<void>;
}

export const createReportStore = (folder: string, log: Pick<Logger, 'warn'>): ReportStore => {
  const pathOf = (id: string): string => joinPath(folder, `${id}${SUFFIX}`);
  const missing = (id: string): VStackError => new VStackError('not_found', `There is no saved comparison "${id}". \`vstack compare --list\` tells which there are.`);
  /** A report never changes once it is saved. */
  const summaries = new Map<string, ComparisonSummary>();

  const get = async (id: string): Promise<ComparisonReport> => {
    const content = await readJsonFile(pathOf(id));
    if (content === undefined) throw missing(id);
    return migrateReport(content);
  };

  const summary = async (id: string): Promise<ComparisonSummary | null> => {
    const known = summaries.get(id);
    if (known) return known;
    try {
      const [report, facts] = await Promise.all([get(id), fileFacts(pathOf(id))]);
      const made = summaryOf(report, facts?.sizeBytes ?? 0);
      summaries.set(id, made);
      return made;
    } catch (error) {
      log.warn({ err: error, report: id }, 'a saved comparison cannot be read and is left out of the list');
      return null;
    }
  };

  return {
    async list(limit) {
      const ids = (await listDirectory(folder)).filter((name) => name.startsWith(PREFIX) && name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
      const all = (await Promise.all(ids.map(summary))).filter((one) => one !== null);
      return all.sort((a, b) => b.createdAtMs - a.createdAtMs).slice(0, limit);
    },
    get,
    async save(report) {
      await makeDirectory(folder);
      await writeJsonFile(pathOf(report.id), report);
    },
    async remove(id) {
      if ((await fileFacts(pathOf(id))) === undefined) throw missing(id);
      await removePath(pathOf(id));
      summaries.delete(id);
    },
  };
};
