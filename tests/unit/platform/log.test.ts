import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../../runtime/platform/log.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'vstack-log-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a log file', () => {
  it('holds JSON lines with component, node and request id, readable by its owner only', () => {
    const file = join(dir, 'node-1.log');
    createLogger({ component: 'storage-node', node: 'node-1', file }).info({ requestId: 'r1' }, 'stored');
    const line = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    expect(line).toMatchObject({ level: 'info', component: 'storage-node', node: 'node-1', requestId: 'r1', msg: 'stored' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('never holds a secret, at the top or one level down', () => {
    const lines: string[] = [];
    const log = createLogger({ component: 'host', onLine: (line) => lines.push(line) });
    log.info({ secret: 'hush', config: { clusterSecret: 'hush', nodeKey: 'hush' }, headers: { authorization: 'Bearer hush' } }, 'start');
    expect(lines.join('')).not.toContain('hush');
    expect(lines.join('')).toContain('[secret]');
  });

  it('is rotated past its size and keeps only the stated number of old files', () => {
    const log = createLogger({ component: 'host', file: join(dir, 'host.log'), fileBytesMax: 2_000, filesKept: 2 });
    for (let index = 0; index < 100; index++) log.info({ index }, 'a line of some length');
    expect(readdirSync(dir).sort()).toEqual(['host.log', 'host.log.1', 'host.log.2']);
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).size).toBeLessThanOrEqual(2_000);
    const last = readFileSync(join(dir, 'host.log'), 'utf8').trim().split('\n').at(-1)!;
    expect(JSON.parse(last)).toMatchObject({ index: 99 });
  });
});
