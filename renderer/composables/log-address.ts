/** The filter of a log, kept in the query of the address: `?source=node-3,metadata&level=warn&search=timeout&only=1`. */
import { computed, type WritableComputedRef } from 'vue';
import { type LocationQuery, useRoute, useRouter } from 'vue-router';
import { logLevels } from '../logs/entry.ts';
import { allLines, type LogFilter, SEARCH_CHARS_MAX } from '../logs/filter.ts';

const textOf = (value: LocationQuery[string] | undefined): string => (Array.isArray(value) ? value.filter(Boolean).join(',') : (value ?? ''));

/** Whatever an address says: what is not understood is as if it were not there. */
export const filterOfQuery = (query: LocationQuery): LogFilter => ({
  sources: textOf(query.source).split(',').filter(Boolean),
  level: logLevels.find((level) => level === query.level) ?? allLines.level,
  search: textOf(query.search).slice(0, SEARCH_CHARS_MAX),
  onlyMatches: query.only === '1',
});

export const queryOfFilter = ({ sources, level, search, onlyMatches }: LogFilter): Record<string, string> => ({
  ...(sources.length > 0 && { source: sources.join(',') }),
  ...(level !== allLines.level && { level }),
  ...(search !== '' && { search }),
  ...(onlyMatches && { only: '1' }),
});

export const useLogAddress = (): WritableComputedRef<LogFilter> => {
  const route = useRoute();
  const router = useRouter();
  const ours = ['source', 'level', 'search', 'only'];
  return computed({
    get: () => filterOfQuery(route.query),
    set: (filter) => {
      const others = Object.fromEntries(Object.entries(route.query).filter(([name]) => !ours.includes(name)));
      // Typing a search is no way to go back through, letter by letter.
      void router.replace({ query: { ...others, ...queryOfFilter(filter) } });
    },
  });
};
