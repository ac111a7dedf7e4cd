import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../../runtime/contract/control/logs.ts';
import { diagnosticsText, type DiagnosticsInput } from '../../../runtime/host/diagnostics.ts';
import { systemFacts } from '../../../runtime/platform/system.ts';
import { clusterStatus, node, settings, systemInfo } from '../../fixtures/scripted-door/states.ts';

const line = (message: string): LogLine => ({ sequence: 1, atMs: 0, level: 'warn', source: 'node-1', message });
const text = (overrides: Partial<DiagnosticsInput> = {}): string =>
  diagnosticsText({
    atMs: 1_000, info: systemInfo({ startedAtMs: 0 }), facts: systemFacts(), settings: settings(), status: clusterStatus(), lines: [],
    diagnoses: [{ name: 'disk', status: 'ok', finding: 'enough', advice: null }], ...overrides,
  });

describe('the diagnostics', () => {
  it('tell versions, machine, paths, settings, processes and what the doctor found', () => {
    const told = text({ status: clusterStatus({ children: [node(3, { phase: 'crashed', problem: 'gave up' })] }) });
    for (const part of ['0.1.0', 'Node 24.21.0', 'SQLite 3.53.0', '/home/ada', 'replicaCount: 3', 'node-3: crashed', 'gave up', 'ok: disk: enough', 'running for 1 s']) expect(told).toContain(part);
  });

  it('tell the last warnings with their source', () => {
    expect(text({ lines: [line('a chunk is damaged')] })).toContain('warn node-1: a chunk is damaged');
  });

  it('hold no secret, even if a message did', () => {
    const secret = 'ab12'.repeat(16);
    const told = text({ lines: [line(`token ${secret} was refused`)] });
    expect(told).not.toContain(secret);
    expect(told).toContain('token ab12ab12… was refused');
  });

  it('say so where there is nothing to tell', () => {
    expect(text()).toMatch(/## Warnings and errors\nnothing/);
  });
});
