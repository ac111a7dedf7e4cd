import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMPARISON_VERSION, ComparisonSummary } from '../../../../runtime/contract/comparison.ts';
import { createReportStore, migrateReport } from '../../../../runtime/host/comparison/reports.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import { makeReport } from '../../../fixtures/comparison.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vstack-reports-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const store = (at = folder) => createReportStore(at, silentLogger());

describe('saved comparisons', () => {
  it('come back as they were saved, also from another host, and in a folder that was not there', async () => {
    const report = makeReport();
    await store(join(folder, 'reports')).save(report);
    expect(await store(join(folder, 'reports')).get(report.id)).toEqual(report);
    expect(await readdir(join(folder, 'reports'))).toEqual([`${report.id}.json`]);
  });

  it('are listed in short, the youngest first, only as many as asked for', async () => {
    const reports = store();
    expect(await reports.list(10)).toEqual([]);
    for (const [index, createdAtMs] of [2_000, 3_000, 1_000].entries()) await reports.save(makeReport({ blockCount: 1, overrides: { id: `comparison-${index}`, createdAtMs } }));
    const list = await reports.list(2);
    expect(list.map(({ id }) => id)).toEqual(['comparison-1', 'comparison-0']);
    expect(ComparisonSummary.parse(list[0])).toEqual(list[0]);
    expect(list[0]).toMatchObject({ conditionName: 'One slow node', targetCount: 6, missedCount: 1 });
    expect(list[0]!.sizeBytes).toBeGreaterThan(1_000);
  });

  it('that cannot be read are left out of the list, and say why when they are asked for', async () => {
    const reports = store();
    await reports.save(makeReport({ blockCount: 1 }));
    await writeFile(join(folder, 'comparison-broken.json'), '{"version": 1');
    await writeFile(join(folder, 'comparison-newer.json'), JSON.stringify({ version: COMPARISON_VERSION + 1 }));
    await writeFile(join(folder, 'something-else.json'), '{}');
    expect((await reports.list(10)).map(({ id }) => id)).toEqual(['comparison-one-slow-node-1']);
    await expect(reports.get('comparison-broken')).rejects.toMatchObject({ code: 'corrupt' });
    await expect(reports.get('comparison-newer')).rejects.toThrow(/newer program/);
    await expect(reports.get('comparison-missing')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are deleted once', async () => {
    const reports = store();
    const report = makeReport({ blockCount: 1 });
    await reports.save(report);
    await reports.list(1);
    await reports.remove(report.id);
    expect(await reports.list(1)).toEqual([]);
    await expect(reports.remove(report.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('name the field that is wrong', () => {
    const { condition: _, ...rest } = makeReport({ blockCount: 1 });
    expect(() => migrateReport(rest)).toThrow(/wrong at "condition"/);
    expect(() => migrateReport('text')).toThrow(/no version/);
    expect(() => migrateReport(null)).toThrow(/no version/);
  });
});
