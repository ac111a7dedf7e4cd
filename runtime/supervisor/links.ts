/**
 * The links between clients and nodes, as they shall be: which there are, on which ports, to which nodes, how each is set. The emulator's process
 * may die at any time; the next one is given all of this again, so that clients find the same addresses and the same network.
 *
 *   wishes ──▶ configuration of a start ──▶ emulator ──▶ ports it listens on
 *     │                                        ▲
 *     └── what differs from what it was told ──┘   after every change, and when it is ready
 */
import { z } from 'zod';
import { linkCalls, LinkPorts, LinksChanged, type LinkSpec } from '../contract/child-config.ts';
import { VStackError } from '../contract/errors.ts';
import type { LinkCounters, LinkSettings } from '../contract/link.ts';
import { normalLink } from '../contract/link.ts';
import { isServing } from '../core/supervision/child-state.ts';
import { noNode } from './no-node.ts';
import type { SupervisedChild } from './supervised-child.ts';

/** Everything binds to loopback, the nodes too. */
const HOST = '127.0.0.1';

/** Each of these calls takes the emulator a moment; a node that is ready does not wait longer for its link. */
const CALL_MS_MAX = 2000;

export interface NodeSettings {
  nodeId: string;
  settings: LinkSettings;
}

export interface LinksParts {
  /** Asked late: the links are there before their process. */
  emulator(): SupervisedChild;
  savePort(nodeId: string, port: number): void;
  /** Which links there are, where, or how they are set. */
  onChange(): void;
  onError(error: unknown, what: string): void;
}

export interface Links {
  /** Adds a link, which is opened with the next start, or by `untilOpen`. Port 0 lets the system choose. */
  add(nodeId: string, port: number): void;
  /** @throws VStackError port_in_use, unavailable, or the emulator's own failure */
  untilOpen(nodeId: string): Promise<void>;
  remove(nodeId: string): Promise<void>;
  /** Where the node listens; null while nobody does, so that a link never leads to a stranger. Resolves when the link goes there; never rejects. */
  aim(nodeId: string, port: number | null): Promise<void>;
  /** @throws VStackError not_found before anything is changed, or the emulator's answer */
  set(links: readonly NodeSettings[]): Promise<void>;
  list(): { nodeId: string; url: string | null; settings: LinkSettings }[];
  /** Null before it listened for the first time. */
  urlOf(nodeId: string): string | null;
  /** @throws VStackError unavailable while the emulator does not serve */
  counters(): Promise<{ nodeId: string; counters: LinkCounters }[]>;

  /** Of the emulator's life: the configuration of a start, what it said when it was ready, an event, and a port that somebody else took. */
  specs(): LinkSpec[];
  takeReady(details: Record<string, unknown>): void;
  takeChanged(data: unknown): void;
  forgetPorts(): void;
  /** It serves: whatever was wished since its configuration was made is told now. */
  catchUp(): void;
}

export const createLinks = ({ emulator, savePort, onChange, onError }: LinksParts): Links => {
  const wishes = new Map<string, LinkSpec>();
  /** What the emulator that runs was told, or is being told; a spec is replaced, never changed. */
  let told = new Map<string, LinkSpec>();
  /** Links whose settings are on their way: word of how they were before would be old. */
  const underWay = new Map<string, number>();
  const opening = new Map<string, Promise<void>>();

  const ask = async <C extends keyof typeof linkCalls>(name: C, input: z.input<(typeof linkCalls)[C]['input']>): Promise<z.output<(typeof linkCalls)[C]['output']>> =>
    linkCalls[name].output.parse(await emulator().call(name, input, CALL_MS_MAX)) as z.output<(typeof linkCalls)[C]['output']>;

  const wishOf = (nodeId: string): LinkSpec => {
    const wish = wishes.get(nodeId);
    if (wish) return wish;
    throw noNode(nodeId, [...wishes.keys()]);
  };

  const takePorts = ({ links }: LinkPorts): void => {
    for (const { nodeId, port } of links) {
      const wish = wishes.get(nodeId);
      if (!wish || wish.port === port) continue;
      change(nodeId, { port });
      const known = told.get(nodeId);
      if (known) told.set(nodeId, { ...known, port });
      savePort(nodeId, port);
    }
    onChange();
  };

  const change = (nodeId: string, changed: Partial<LinkSpec>): void => void wishes.set(nodeId, { ...wishOf(nodeId), ...changed });

  /** What was refused is not known either, so that the next turn tells it again. */
  const unsay = (nodeId: string, changed: Partial<LinkSpec>): void => {
    const known = told.get(nodeId);
    if (known) told.set(nodeId, { ...known, ...changed });
  };

  /**
   * Whether the wish stands although there was no answer: a process that ended is followed by another, which is told everything, and one that
   * is slow has it in its channel.
   */
  const willBeDone = (error: unknown): boolean => {
    if (!(error instanceof VStackError) || (error.code !== 'unavailable' && error.code !== 'timeout')) return false;
    if (error.code === 'timeout') onError(error, 'the link emulator is slow to do what it was told');
    return true;
  };

  const open = (spec: LinkSpec): Promise<void> => {
    const { nodeId } = spec;
    const opened = ask('link-open', spec)
      .then(takePorts, (error: unknown) => {
        // Whoever waits for it looks for its port.
        if (error instanceof VStackError && error.code === 'unavailable') return;
        told.delete(nodeId);
        throw error;
      })
      .finally(() => opening.delete(nodeId));
    opening.set(nodeId, opened);
    return opened;
  };

  const close = async (nodeId: string): Promise<void> => {
    await ask('link-close', { nodeId }).catch((error: unknown) => {
      if (!willBeDone(error)) throw error;
    });
  };

  const tellTarget = async ({ nodeId, target }: LinkSpec): Promise<void> => {
    await ask('link-target', { nodeId, target }).catch((error: unknown) => {
      if (willBeDone(error)) return;
      unsay(nodeId, { target: null });
      throw error;
    });
  };

  const tellSettings = async (links: NodeSettings[]): Promise<void> => {
    const count = (step: 1 | -1): void => links.forEach(({ nodeId }) => underWay.set(nodeId, (underWay.get(nodeId) ?? 0) + step));
    count(1);
    try {
      await ask('links-set', { links });
    } catch (error) {
      if (willBeDone(error)) return;
      // A copy differs from every wish.
      for (const { nodeId, settings } of links) unsay(nodeId, { settings: { ...settings } });
      throw error;
    } finally {
      count(-1);
    }
  };

  /** Tells the emulator what it does not know yet. One that is away learns everything from its next start. */
  const reconcile = async (): Promise<void> => {
    if (!isServing(emulator().phase())) return;
    const before = told;
    told = new Map(wishes);
    const settings: NodeSettings[] = [];
    const work: Promise<unknown>[] = [];
    for (const [nodeId, wish] of wishes) {
      const known = before.get(nodeId);
      if (!known) work.push(open(wish));
      else {
        if (known.target?.port !== wish.target?.port) work.push(tellTarget(wish));
        if (known.settings !== wish.settings) settings.push({ nodeId, settings: wish.settings });
      }
    }
    if (settings.length > 0) work.push(tellSettings(settings));
    for (const nodeId of before.keys()) if (!wishes.has(nodeId)) work.push(close(nodeId));
    const failed = (await Promise.allSettled(work)).find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason as Error;
  };

  const reconcileQuietly = (what: string): Promise<void> => reconcile().catch((error: unknown) => onError(error, what));

  return {
    add(nodeId, port) {
      wishes.set(nodeId, { nodeId, port, target: null, settings: normalLink });
      onChange();
    },
    async untilOpen(nodeId) {
      const phase = await emulator().when((now) => isServing(now) || now === 'crashed' || now === 'stopped');
      if (!isServing(phase)) throw emulator().failure();
      await reconcile();
      await opening.get(nodeId);
      if (wishOf(nodeId).port > 0) return;
      throw new VStackError('unavailable', `The link of ${nodeId} could not be opened, because the link emulator ended meanwhile. Try again.`);
    },
    async remove(nodeId) {
      wishes.delete(nodeId);
      onChange();
      await reconcile();
    },
    async aim(nodeId, port) {
      if (!wishes.has(nodeId)) return;
      change(nodeId, { target: port === null ? null : { host: HOST, port } });
      await reconcileQuietly('the link emulator could not be told where a node listens');
    },
    async set(links) {
      const before = links.map(({ nodeId }) => wishOf(nodeId));
      for (const { nodeId, settings } of links) change(nodeId, { settings });
      onChange();
      try {
        await reconcile();
      } catch (error) {
        // What the emulator refused is not wished any longer, unless somebody wishes something else by now.
        for (const [index, { nodeId, settings }] of links.entries()) {
          if (wishes.get(nodeId)?.settings === settings) change(nodeId, { settings: before[index]!.settings });
        }
        onChange();
        throw error;
      }
    },
    list: () => [...wishes.values()].map(({ nodeId, port, settings }) => ({ nodeId, url: urlAt(port), settings })),
    urlOf: (nodeId) => urlAt(wishes.get(nodeId)?.port ?? 0),
    counters: async () => (await ask('links-counters', {})).links,

    specs() {
      told = new Map(wishes);
      return [...wishes.values()];
    },
    takeReady(details) {
      const ports = LinkPorts.safeParse(details);
      if (ports.success) takePorts(ports.data);
      else onError(ports.error, 'the link emulator did not say on which ports its links are');
    },
    takeChanged(data) {
      const changed = LinksChanged.safeParse(data);
      if (!changed.success) return onError(changed.error, 'the link emulator told of links in a way this program does not understand');
      for (const { nodeId, settings } of changed.data.links) {
        if (!wishes.has(nodeId) || (underWay.get(nodeId) ?? 0) > 0) continue;
        change(nodeId, { settings });
        const known = told.get(nodeId);
        if (known) told.set(nodeId, { ...known, settings });
      }
      onChange();
    },
    forgetPorts() {
      for (const nodeId of wishes.keys()) change(nodeId, { port: 0 });
    },
    catchUp: () => void reconcileQuietly('the link emulator could not be told what changed while it started'),
  };
};

const urlAt = (port: number): string | null => (port > 0 ? `http://${HOST}:${port}` : null);
