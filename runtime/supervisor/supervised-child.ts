/** Keeps one child alive: feeds its state machine with what its process does, and does what the machine says. */
import { DEGRADED_DETAIL, NodeBeatDetails, RESTART_WANTED, RestartWanted, type ClusterRole } from '../contract/child.ts';
import type { ChildPhase, ChildStatus } from '../contract/control/cluster.ts';
import { VStackError } from '../contract/errors.ts';
import { stepChild, nextTickMs, type ChildEffect, type ChildInput } from '../core/supervision/child-machine.ts';
import { availabilityOf, createChildState, hasProcess, isServing } from '../core/supervision/child-state.ts';
import { addUsageSample, cpuPercentOf, type UsageSample } from '../core/supervision/usage.ts';
import type { SupervisorContext } from './context.ts';
import { launchIncarnation, type Incarnation, type IncarnationEvents } from './incarnation.ts';

const HOST = '127.0.0.1';
const CALL_TIMEOUT_MS = 10_000;

/** For a restart that the child itself asks for; long enough to sync a store. */
const RESTART_GRACE_MS = 2000;

/** A child that wants a restart again so soon is not healed by restarts; it stays degraded. */
const RESTART_WANTED_MS_MIN = 60_000;

/** A beat as the supervisor passes it on. */
export interface ChildBeat {
  /** Counts the processes of this child: counters of another one began anew. */
  incarnation: number;
  rssBytes: number;
  cpuMs: number;
  servingMs?: number;
  details: NodeBeatDetails;
}

export interface ChildSettings {
  name: string;
  role: ClusterRole;
  dataDir: string;
  logFile: string;
  /** The port it shall have; 0 lets the system choose one, which is then kept for as long as this object lives. */
  port: number;
  /** False: another port will do should this one be taken before the child was ever ready. */
  isPortFixed: boolean;
  /** Where clients reach it, if not where it listens. */
  clientUrl?(): string | null;
  /** Built anew for every launch, with the port of then. */
  configFor(port: number): unknown;
  /** It listens and answers, and counts as ready once this has resolved. @default at once */
  onListening?(port: number, details: Record<string, unknown>): Promise<void> | void;
  /** A port that it was to have again, its own or another that it opens, belongs to somebody else by now: its next configuration names others. */
  onPortLost?(): void;
  /** After every change of phase. */
  onPhase(from: ChildPhase, to: ChildPhase): void;
  /** After every beat, and with what it said. */
  onBeat(beat: ChildBeat): void;
  /** Whether people want it to run, whenever that changes: a child that is down on purpose is not missed. */
  onWanted(isWanted: boolean): void;
  onLog(lines: string[], droppedCount: number): void;
  onEvent(name: string, data: unknown): void;
}

export interface SupervisedChild {
  readonly name: string;
  readonly role: ClusterRole;
  status(): ChildStatus;
  phase(): ChildPhase;
  /** Where it listens, or last listened; 0 while that is not known. */
  port(): number;
  start(): void;
  stop(graceMs: number): void;
  restart(graceMs: number, reason: string): void;
  kill(reason: string): void;
  /** @throws VStackError not_running, not_supported */
  pause(): Promise<void>;
  /** @throws VStackError not_running */
  resume(): void;
  /** Resolves with the phase as soon as it satisfies. @throws the signal's reason */
  when(satisfies: (phase: ChildPhase) => boolean, signal?: AbortSignal): Promise<ChildPhase>;
  /** Its problem as an error, with the code that the child gave if it gave one. */
  failure(): VStackError;
  /** @throws VStackError unavailable, timeout, or what the child answered */
  call(name: string, input: unknown, timeoutMs?: number): Promise<unknown>;
}

export const createSupervisedChild = (settings: ChildSettings, context: SupervisorContext): SupervisedChild => {
  const { name, role } = settings;
  const { clock, policy } = context;
  const log = context.log.child({ child: name });
  const state = createChildState(clock.nowMs());
  const watchers = new Set<() => void>();
  let incarnation: Incarnation | undefined;
  let { port } = settings;
  let wasEverReady = false;
  let startedWallMs: number | null = null;
  let nodeFacts: NodeBeatDetails = {};
  let samples: UsageSample[] = [];
  let cancelTick = (): void => {};
  let restartWantedAtMs = -Infinity;

  const apply = (input: ChildInput): void => {
    const from = state.phase;
    const { wanted } = state;
    for (const effect of stepChild(state, input, clock.nowMs(), policy)) perform(effect);
    cancelTick();
    const dueMs = nextTickMs(state, policy);
    if (dueMs !== null) cancelTick = clock.after(dueMs - clock.nowMs(), () => apply({ kind: 'tick' }));
    if (state.wanted !== wanted) settings.onWanted(state.wanted === 'running');
    if (state.phase === from) return;
    log.info({ from, to: state.phase, pid: incarnation?.pid, problem: state.problem ?? undefined }, 'child changed phase');
    settings.onPhase(from, state.phase);
    for (const watch of [...watchers]) watch();
  };

  const perform = (effect: ChildEffect): void => {
    if (effect.kind === 'spawn') launch();
    else if (effect.kind === 'ask-stop') incarnation?.askToStop(effect.graceMs);
    else if (effect.kind === 'kill') incarnation?.kill();
    else incarnation?.resume();
  };

  const launch = (): void => {
    samples = [];
    startedWallMs = clock.wallMs();
    const current = state.incarnation;
    const isCurrent = (): boolean => state.incarnation === current;
    incarnation = launchIncarnation(
      {
        name,
        entry: context.entries[role],
        start: { kind: 'start', name, config: settings.configFor(port), logFile: settings.logFile, beatMs: policy.beatMs },
      },
      context,
      eventsOf(isCurrent),
    );
  };

  const eventsOf = (isCurrent: () => boolean): IncarnationEvents => ({
    async onReady(readyPort, details) {
      if (!isCurrent()) return;
      port = readyPort;
      wasEverReady = true;
      await settings.onListening?.(readyPort, details);
      if (isCurrent()) apply({ kind: 'ready' });
    },
    onBeat({ rssBytes, cpuMs, servingMs, details }) {
      if (!isCurrent()) return;
      samples = addUsageSample(samples, { atMs: clock.nowMs(), cpuMs, rssBytes });
      nodeFacts = NodeBeatDetails.safeParse(details).data ?? {};
      apply({ kind: 'beat', degraded: nodeFacts[DEGRADED_DETAIL] });
      settings.onBeat({ incarnation: state.incarnation, rssBytes, cpuMs, ...(servingMs !== undefined && { servingMs }), details: nodeFacts });
    },
    onFailed(code, detail) {
      if (!isCurrent()) return;
      // A port that was only remembered may belong to somebody else by now; one that others were told already must stay.
      if (code === 'port_in_use' && !settings.isPortFixed && !wasEverReady) {
        port = 0;
        settings.onPortLost?.();
      }
      apply({ kind: 'failed', code, detail });
    },
    onUnreachable(error) {
      if (!isCurrent()) return;
      apply({ kind: 'failed', code: error.code, detail: error.message });
      apply({ kind: 'kill', by: 'supervisor', reason: error.message });
    },
    onLog: settings.onLog,
    onEvent(event, data) {
      if (event === RESTART_WANTED && isCurrent()) considerRestart(data);
      settings.onEvent(event, data);
    },
    onExit(end) {
      if (isCurrent()) apply({ kind: 'exit', jitter: context.random(), ...end });
    },
  });

  const considerRestart = (data: unknown): void => {
    const reason = RestartWanted.safeParse(data).data?.reason ?? 'it asked for a restart';
    const nowMs = clock.nowMs();
    if (nowMs - restartWantedAtMs < RESTART_WANTED_MS_MIN) return log.warn({ reason }, 'restarted for this just now; not again');
    restartWantedAtMs = nowMs;
    apply({ kind: 'restart', graceMs: RESTART_GRACE_MS, reason });
  };

  const demand = (isFit: boolean, verb: string): void => {
    if (!isFit) throw new VStackError('not_running', `${name} is ${state.phase}, so it cannot be ${verb}.`);
  };

  return {
    name,
    role,
    phase: () => state.phase,
    port: () => port,
    status() {
      const directUrl = wasEverReady ? `http://${HOST}:${port}` : null;
      const isAlive = hasProcess(state.phase);
      return {
        name,
        role,
        phase: state.phase,
        pid: (isAlive && incarnation?.pid) || null,
        url: directUrl && settings.clientUrl ? settings.clientUrl() : directUrl,
        directUrl,
        dataDir: settings.dataDir,
        startedAtMs: isAlive ? startedWallMs : null,
        restartCount: state.restartCount,
        availability: availabilityOf(state, clock.nowMs()),
        cpuPercent: isAlive ? cpuPercentOf(samples) : null,
        rssBytes: (isAlive && samples.at(-1)?.rssBytes) || null,
        chunkCount: nodeFacts.chunkCount ?? null,
        diskUsedBytes: nodeFacts.diskUsedBytes ?? null,
        diskUsagePercent: nodeFacts.diskUsagePercent ?? null,
        problem: state.problem,
      };
    },
    start: () => apply({ kind: 'start' }),
    stop: (graceMs) => apply({ kind: 'stop', graceMs }),
    restart: (graceMs, reason) => apply({ kind: 'restart', graceMs, reason }),
    kill(reason) {
      demand(hasProcess(state.phase), 'killed');
      apply({ kind: 'kill', by: 'request', reason });
    },
    async pause() {
      demand(isServing(state.phase), 'paused');
      const paused = state.incarnation;
      await incarnation?.pause();
      if (state.incarnation === paused) apply({ kind: 'paused' });
    },
    resume() {
      demand(state.phase === 'paused', 'resumed');
      apply({ kind: 'resume' });
    },
    when: (satisfies, signal) =>
      new Promise((resolve, reject) => {
        const finish = (): void => {
          watchers.delete(watch);
          signal?.removeEventListener('abort', onAbort);
        };
        const onAbort = (): void => {
          finish();
          reject(signal!.reason as Error);
        };
        const watch = (): void => {
          if (!satisfies(state.phase)) return;
          finish();
          resolve(state.phase);
        };
        if (signal?.aborted) return reject(signal.reason as Error);
        signal?.addEventListener('abort', onAbort, { once: true });
        watchers.add(watch);
        watch();
      }),
    failure: () => new VStackError(state.failedCode ?? 'unavailable', `${name}: ${state.problem ?? `it is ${state.phase}.`}`),
    call(callName, input, timeoutMs = CALL_TIMEOUT_MS) {
      if (incarnation && isServing(state.phase)) return incarnation.call(callName, input, timeoutMs);
      return Promise.reject(new VStackError('unavailable', `${name} is ${state.phase}, so it cannot be asked for "${callName}".`));
    },
  };
};
