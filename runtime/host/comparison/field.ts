/**
 * The network of a comparison: sets the links for a session, brings the fault, and puts everything back as it was. It undoes only what it did
 * itself: a node that a person had stopped stays stopped.
 */
import type { ComparisonCondition } from '../../contract/comparison.ts';
import { VStackError } from '../../contract/errors.ts';
import type { TrueLinks } from '../../contract/lab-worker.ts';
import { normalLink, type LinkSettings } from '../../contract/link.ts';
import { KIB, SECOND_MS } from '../../contract/units.ts';
import { isServing } from '../../core/supervision/child-state.ts';
import { baseLinkOf, victimLinkOf } from '../../lab/comparison/conditions.ts';
import { sleep, type Clock } from '../../platform/clock.ts';
import type { Supervisor } from '../../supervisor/api.ts';

const LOOK_MS = 100;
/** In a row, so that a pause between two answers is not taken for the end. */
const QUIET_LOOKS = 3;
/** Pings and heartbeats go on all the time; they are this much at the most, over all links between two looks. */
const QUIET_BYTES_MAX = 16 * KIB;
/** Longer than any answer that nobody wants any more takes to run out. */
const QUIET_MS_MAX = 20 * SECOND_MS;

export interface Field {
  /** @throws VStackError not_running, conflict when a node or the emulator does not serve */
  nodeIds(): string[];
  /** Sets every link for a session of this condition; with a victim, the fault is there from the start. */
  prepare(condition: ComparisonCondition, victimId: string | null): Promise<void>;
  /** Brings the fault. Resolves when it has come. */
  strike(condition: ComparisonCondition, victimId: string): Promise<void>;
  /** The links and nodes as they are. */
  truth(): TrueLinks;
  /** Resolves once nothing moves on the links any more. @throws VStackError conflict when something else goes on using them */
  untilQuiet(signal: AbortSignal): Promise<void>;
  /** Links normal, the victim running. Whatever happened, all of it is tried. @throws the first thing that could not be set right */
  restore(): Promise<void>;
}

export interface FieldParts {
  supervisor: Pick<Supervisor, 'links' | 'node' | 'status'>;
  clock: Clock;
}

export const createField = ({ supervisor, clock }: FieldParts): Field => {
  const { links } = supervisor;
  /** What has to be done to undo a fault, by node. */
  const undo = new Map<string, 'resume' | 'start'>();

  const setAll = (settingsOf: (nodeId: string) => LinkSettings): Promise<void> => links.set(links.list().map(({ nodeId }) => ({ nodeId, settings: settingsOf(nodeId) })));

  const movedBytes = async (): Promise<{ bytes: number; heldBytes: number }> => {
    const all = await links.counters();
    return {
      bytes: all.reduce((sum, { counters }) => sum + counters.bytesToClient + counters.bytesToNode, 0),
      heldBytes: all.reduce((sum, { counters }) => sum + counters.heldBytes, 0),
    };
  };

  return {
    nodeIds() {
      const { children, phase } = supervisor.status();
      if (phase !== 'ready' && phase !== 'degraded') throw new VStackError('not_running', 'Sessions are compared on a running cluster. Launch one (the Launch button, or `vstack up`), or compare in virtual time.');
      const away = children.filter((child) => (child.role === 'storage-node' || child.role === 'link-emulator') && !isServing(child.phase));
      if (away.length > 0) throw new VStackError('conflict', `${away.map(({ name, phase: now }) => `${name} is ${now}`).join(', ')}. Every node has to run before clients are compared: start it, or remove it from the cluster.`);
      return links.list().map(({ nodeId }) => nodeId);
    },
    async prepare(condition, victimId) {
      const victimLink = victimLinkOf(condition);
      await setAll((nodeId) => (nodeId === victimId && victimLink !== null ? victimLink : baseLinkOf(condition)));
    },
    async strike(condition, victimId) {
      const action = condition.fault?.action;
      if (action === undefined) return;
      if (action.kind === 'kill') {
        undo.set(victimId, 'start');
        await supervisor.node(victimId).kill();
        // The supervisor would have it back within a second.
        await supervisor.node(victimId).stop();
      } else if (action.kind === 'pause') {
        undo.set(victimId, 'resume');
        await supervisor.node(victimId).pause();
      } else await links.set([{ nodeId: victimId, settings: victimLinkOf(condition)! }]);
    },
    truth: () => {
      const running = new Set(supervisor.status().children.filter(({ phase }) => isServing(phase)).map(({ name }) => name));
      return links.list().map(({ nodeId, settings }) => ({ nodeId, settings, isRunning: running.has(nodeId) && !undo.has(nodeId) }));
    },
    async untilQuiet(signal) {
      const untilMs = clock.nowMs() + QUIET_MS_MAX;
      let before = await movedBytes();
      for (let quietLooks = 0; quietLooks < QUIET_LOOKS; ) {
        if (clock.nowMs() > untilMs) throw new VStackError('conflict', 'Something else goes on using the links of the nodes, and would be measured along. Stop what plays or uploads, then compare again.');
        await sleep(clock, LOOK_MS, signal);
        const now = await movedBytes();
        quietLooks = now.heldBytes === 0 && now.bytes - before.bytes <= QUIET_BYTES_MAX ? quietLooks + 1 : 0;
        before = now;
      }
    },
    async restore() {
      const work: Promise<unknown>[] = [setAll(() => normalLink)];
      for (const [nodeId, what] of undo) work.push(Promise.resolve().then(() => supervisor.node(nodeId)[what]()));
      undo.clear();
      const failed = (await Promise.allSettled(work)).find((outcome) => outcome.status === 'rejected');
      if (failed) throw failed.reason as Error;
    },
  };
};
