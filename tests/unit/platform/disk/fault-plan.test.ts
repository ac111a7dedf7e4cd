import { describe, expect, it } from 'vitest';
import { createFaultPlan } from '../../../../runtime/platform/disk/fault-plan.ts';
import type { DiskOperation } from '../../../../runtime/platform/disk/faulty-disk.ts';
import { seededRandom } from '../../../../runtime/platform/random.ts';

const call = (operation: DiskOperation) => ({ index: 0, operation, path: '/f' });

describe('a fault plan', () => {
  it('strikes only the operations that can show a fault, and ends after its count', () => {
    const plan = createFaultPlan(seededRandom(1));
    plan.add({ fault: 'ENOSPC', count: 2 });
    expect(plan.decide(call('read'))).toBeUndefined();
    expect(plan.decide(call('write'))).toEqual({ kind: 'error', code: 'ENOSPC' });
    expect(plan.decide(call('create'))).toEqual({ kind: 'error', code: 'ENOSPC' });
    expect(plan.decide(call('write'))).toBeUndefined();
    expect(plan.faultCount()).toBe(2);
  });

  it('strikes about the share of calls it was given, the same ones for the same seed', () => {
    const strikes = (seed: number): boolean[] => {
      const plan = createFaultPlan(seededRandom(seed));
      plan.add({ fault: 'EIO', operations: ['read'], share: 0.25 });
      return Array.from({ length: 1000 }, () => plan.decide(call('read')) !== undefined);
    };
    expect(strikes(5)).toEqual(strikes(5));
    expect(strikes(5).filter(Boolean).length).toBeGreaterThan(200);
    expect(strikes(5).filter(Boolean).length).toBeLessThan(300);
  });

  it('forgets a rule that is taken back, and all of them at once', () => {
    const plan = createFaultPlan(seededRandom(1));
    const remove = plan.add({ fault: 'slow', delayMs: 30 });
    plan.add({ fault: 'flip' });
    expect(plan.decide(call('sync'))).toEqual({ kind: 'slow', delayMs: 30 });
    remove();
    expect(plan.decide(call('read'))).toMatchObject({ kind: 'flip' });
    plan.clear();
    expect(plan.decide(call('read'))).toBeUndefined();
  });
});
