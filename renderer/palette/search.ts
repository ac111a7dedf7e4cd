/** Which commands are shown for what was typed, in which order and under which headings. */
import type { Command } from '../composables/commands.ts';
import { matchText, type Range, wordsOf } from './fuzzy.ts';

export interface Hit {
  command: Command;
  ranges: Range[];
}

export interface HitGroup {
  name: string;
  hits: Hit[];
}

export const RECENT = 'Recent';
/** Without a query the palette introduces itself: some of everything. */
const RECENT_SHOWN_MAX = 5;
const VIDEOS_SHOWN_MAX = 5;
export const VIDEOS = 'Videos';
export const CALLS = 'Calls of the host';
/** More than anybody reads; typing another letter is faster. */
const HITS_MAX = 60;
const RECENT_BONUS = 15;
/** A command in plain words goes before the call it makes. */
const CALL_PENALTY = 12;

const unasked = (commands: readonly Command[], recentIds: readonly string[]): HitGroup[] => {
  const groups = new Map<string, Hit[]>();
  const byId = new Map(commands.map((command) => [command.id, command]));
  const recent = recentIds.flatMap((id) => byId.get(id) ?? []).slice(0, RECENT_SHOWN_MAX);
  if (recent.length > 0) groups.set(RECENT, recent.map((command) => ({ command, ranges: [] })));
  for (const command of commands) {
    if (command.isQuiet || recent.includes(command)) continue;
    const hits = groups.get(command.group) ?? [];
    groups.set(command.group, hits);
    if (command.group !== VIDEOS || hits.length < VIDEOS_SHOWN_MAX) hits.push({ command, ranges: [] });
  }
  return [...groups].map(([name, hits]) => ({ name, hits }));
};

/** Groups stand in the order of their best hit, hits within a group by how well they match. */
export const searchCommands = (commands: readonly Command[], query: string, recentIds: readonly string[]): HitGroup[] => {
  if (wordsOf(query).length === 0) return unasked(commands, recentIds);
  const scored = commands.flatMap((command) => {
    const match = matchText(query, command.title, `${command.detail ?? ''} ${command.keywords ?? ''} ${command.group}`);
    if (!match) return [];
    const recency = recentIds.includes(command.id) ? RECENT_BONUS : 0;
    const score = match.score + recency - (command.group === CALLS ? CALL_PENALTY : 0);
    return [{ command, ranges: match.ranges, score }];
  });
  const groups = new Map<string, Hit[]>();
  for (const { command, ranges } of scored.sort((a, b) => b.score - a.score).slice(0, HITS_MAX)) {
    const hits = groups.get(command.group) ?? [];
    groups.set(command.group, hits);
    hits.push({ command, ranges });
  }
  return [...groups].map(([name, hits]) => ({ name, hits }));
};

/** A title cut into found and other parts, for drawing. */
export const highlighted = (title: string, ranges: readonly Range[]): { text: string; isFound: boolean }[] => {
  const parts: { text: string; isFound: boolean }[] = [];
  let at = 0;
  for (const [from, to] of ranges) {
    if (from > at) parts.push({ text: title.slice(at, from), isFound: false });
    parts.push({ text: title.slice(from, to), isFound: true });
    at = to;
  }
  if (at < title.length) parts.push({ text: title.slice(at), isFound: false });
  return parts;
};
