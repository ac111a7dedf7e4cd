/** What happened, told from two snapshots of the cluster: the supervisor has states, people want to know the changes. */
import type { ChildPhase, ChildStatus, ClusterStatus } from '../../contract/control/cluster.ts';
import type { Happening } from '../../contract/control/happenings.ts';
import { SECOND_MS } from '../../contract/units.ts';

/** A happening before it has its number and time. */
export type News = Omit<Happening, 'id' | 'atMs'>;

/** A short span as people read it: milliseconds below one second. */
const spanText = (ms: number): string => (ms < SECOND_MS ? `${ms.toFixed(0)} ms` : `${(ms / SECOND_MS).toFixed(2)} s`);

const plural = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

type Settled = Pick<News, 'kind' | 'tone' | 'text'>;

/** Phases that are worth telling; on its way from one to the other a process passes through more. */
const settled: Readonly<Partial<Record<ChildPhase, Settled>>> = {
  ready: { kind: 'process-ready', tone: 'ok', text: 'ready' },
  degraded: { kind: 'process-degraded', tone: 'warn', text: 'degraded' },
  paused: { kind: 'process-paused', tone: 'warn', text: 'paused' },
  stopped: { kind: 'process-stopped', tone: 'idle', text: 'stopped' },
  crashed: { kind: 'process-crashed', tone: 'bad', text: 'crashed' },
};

const withProblem = (text: string, problem: string | null): string => (problem ? `${text}. ${problem}` : text);

const addedNews = ({ name, role }: ChildStatus): News => ({ kind: 'node-added', tone: 'busy', subject: name, text: role === 'storage-node' ? 'added to the cluster' : 'added' });

const childNews = (before: ChildStatus, after: ChildStatus): News | undefined => {
  const subject = after.name;
  if (after.restartCount > before.restartCount && after.phase !== 'crashed') {
    if (before.phase === 'stopping') return { kind: 'process-restarted', tone: 'busy', subject, text: 'restarted on request' };
    // Snapshots may be some way apart, so a quick restart may be over before the first one tells of it.
    const text = `${after.phase === 'ready' ? 'died and is ready again' : 'died'}, restart ${after.restartCount}`;
    return { kind: 'process-died', tone: 'bad', subject, text: withProblem(text, after.problem) };
  }
  const news = before.phase === after.phase ? undefined : settled[after.phase];
  if (!news) return undefined;
  const hasBeenUp = before.phase !== 'starting' || after.restartCount > 0;
  if (after.phase === 'ready') return { ...news, subject, text: hasBeenUp ? 'ready again' : 'ready' };
  // A process that was stopped has no problem left to tell.
  return { ...news, subject, text: after.phase === 'stopped' ? news.text : withProblem(news.text, after.problem) };
};

const nodeCountOf = ({ children }: ClusterStatus): number => children.filter(({ role }) => role === 'storage-node').length;

const clusterNews = (before: ClusterStatus, after: ClusterStatus): News | undefined => {
  if (before.phase === after.phase) return undefined;
  const about = { subject: null } as const;
  switch (after.phase) {
    case 'starting':
      return { ...about, kind: 'cluster-launching', tone: 'busy', text: 'Cluster launching' };
    case 'ready':
      if (before.phase !== 'starting' || after.launchMs === null) return { ...about, kind: 'cluster-ready', tone: 'ok', text: 'Cluster ready again' };
      return { ...about, kind: 'cluster-ready', tone: 'ok', text: `Cluster of ${plural(nodeCountOf(after), 'node')} ready in ${spanText(after.launchMs)}` };
    case 'degraded': {
      const known = new Set(before.children.map(({ name }) => name));
      const missing = after.children.filter(({ phase }) => phase !== 'ready').map(({ name, phase }) => `${name} is ${known.has(name) ? phase : 'being added'}`);
      return { ...about, kind: 'cluster-degraded', tone: 'warn', text: `Cluster degraded${missing.length > 0 ? `: ${missing.join(', ')}` : ''}` };
    }
    case 'stopping':
      return { ...about, kind: 'cluster-stopping', tone: 'busy', text: 'Cluster stopping' };
    case 'stopped':
      return { ...about, kind: 'cluster-stopped', tone: 'idle', text: 'Cluster stopped' };
    case 'failed':
      return { ...about, kind: 'launch-failed', tone: 'bad', text: withProblem('Launch failed', after.problem?.detail ?? null) };
  }
};

/** The changes between two snapshots, in the order of the children. During a launch only the cluster itself is told of: its steps show the rest. */
export const changesBetween = (before: ClusterStatus | null, after: ClusterStatus): News[] => {
  if (!before) return [];
  const changes: News[] = [];
  const isSettled = after.phase === 'ready' || after.phase === 'degraded';
  if (isSettled && before.phase !== 'starting') {
    const known = new Map(before.children.map((child) => [child.name, child]));
    for (const child of after.children) {
      const earlier = known.get(child.name);
      const news = earlier ? childNews(earlier, child) : addedNews(child);
      if (news) changes.push(news);
      known.delete(child.name);
    }
    for (const name of known.keys()) changes.push({ kind: 'node-removed', tone: 'idle', subject: name, text: 'removed from the cluster' });
  }
  const whole = clusterNews(before, after);
  return whole ? [...changes, whole] : changes;
};
