import { describe, expect, it } from 'vitest';
import { explainEnd } from '../../../../runtime/core/supervision/explain.ts';
import { planPorts } from '../../../../runtime/core/supervision/port-plan.ts';
import { addUsageSample, cpuPercentOf, type UsageSample } from '../../../../runtime/core/supervision/usage.ts';

describe('the port plan', () => {
  it('keeps the places that V-Stack always had', () => {
    const plan = planPorts(8080);
    expect([plan.metadata, plan.link(1), plan.link(2), plan.link(3), plan.uploader]).toEqual([8080, 8081, 8082, 8083, 8084]);
    expect([plan.link(4), plan.link(5), plan.link(16)]).toEqual([8090, 8091, 8102]);
  });

  it('leaves every choice to the system with base 0', () => {
    const plan = planPorts(0);
    expect([plan.metadata, plan.uploader, plan.link(1), plan.link(9)]).toEqual([0, 0, 0, 0]);
  });

  it('refuses a base that leaves no room', () => {
    expect(() => planPorts(65_533)).toThrow(/Choose a lower one/);
    expect(() => planPorts(65_530).link(4)).toThrow(/65530/);
    expect(() => planPorts(80.5)).toThrow();
  });
});

describe('the use of the CPU', () => {
  const add = (samples: UsageSample[], atMs: number, cpuMs: number): UsageSample[] => addUsageSample(samples, { atMs, cpuMs, rssBytes: 1 });

  it('is the share of one core over the last beats', () => {
    let samples = add([], 0, 100);
    expect(cpuPercentOf(samples)).toBeNull();
    samples = add(samples, 1000, 600);
    expect(cpuPercentOf(samples)).toBe(50);
    for (let second = 2; second < 10; second++) samples = add(samples, second * 1000, 600);
    expect(cpuPercentOf(samples)).toBe(0);
  });

  it('begins anew with a new process', () => {
    const samples = add(add([], 0, 5000), 1000, 20);
    expect(samples).toHaveLength(1);
  });
});

describe('the explanation of an end', () => {
  const plain = { killed: null, problem: null, failedCode: null, readySinceMs: 5 };
  it.each([
    [plain, { signal: 'SIGSEGV' }, 'It was ended by SIGSEGV, which came from outside.'],
    [{ ...plain, readySinceMs: null }, { code: 1 }, 'It ended with code 1 before it was ready.'],
    [plain, { code: 0 }, 'It ended by itself, without having been asked.'],
    [plain, { reason: 'spawn /x/node ENOENT' }, 'It could not be launched. It wrote: spawn /x/node ENOENT'],
    [plain, { code: 1, reason: 'at a\nTypeError: no\n    at b' }, 'It ended with code 1. It wrote: TypeError: no'],
    [{ ...plain, killed: { by: 'supervisor' as const, reason: 'it fell mute' } }, { signal: 'SIGKILL' }, 'It was ended: it fell mute.'],
    [{ ...plain, failedCode: 'corrupt' as const, problem: 'Damaged.' }, { code: 2 }, 'Damaged.'],
  ])('%#: is a sentence', (state, end, sentence) => {
    expect(explainEnd(state, end)).toBe(sentence);
  });
});
