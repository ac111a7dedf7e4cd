/**
 * Finds the route of a request. A pattern is a path whose segments may be `:name`; a parameter matches exactly one raw segment and is
 * percent-decoded afterwards, so an encoded slash or dot never changes which route is chosen.
 */
import { VStackError } from '../../contract/errors.ts';

export interface Match<T> {
  route: T;
  params: Record<string, string>;
}

interface Entry<T> {
  method: string;
  segments: string[];
  route: T;
}

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new VStackError('bad_request', `The path segment "${segment}" is not valid percent-encoding.`, { cause });
  }
};

const matchSegments = (pattern: string[], segments: string[]): Record<string, string> | undefined => {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index]!;
    if (!part.startsWith(':')) {
      if (part !== segment) return undefined;
    } else {
      params[part.slice(1)] = decode(segment);
    }
  }
  return params;
};

export const createRouter = <T extends { method: string; path: string }>(routes: readonly T[]) => {
  const entries: Entry<T>[] = routes.map((route) => ({ method: route.method, segments: route.path.split('/').slice(1), route }));
  return {
    /** Throws `not_found` for an unknown path and `method_not_allowed` (with the allowed ones) for a known path. */
    match(method: string, path: string): Match<T> {
      const segments = path.split('/').slice(1);
      const allowed: string[] = [];
      for (const entry of entries) {
        const params = matchSegments(entry.segments, segments);
        if (!params) continue;
        if (entry.method === method) return { route: entry.route, params };
        allowed.push(entry.method);
      }
      if (allowed.length === 0) throw new VStackError('not_found', `There is nothing at ${method} ${path}.`);
      throw new VStackError('method_not_allowed', `${path} answers ${allowed.join(', ')}, not ${method}.`, { details: { allow: allowed } });
    },
    /** The routes of a path, whatever their method: what a preflight needs. */
    at(path: string): T[] {
      const segments = path.split('/').slice(1);
      return entries.filter((entry) => matchSegments(entry.segments, segments)).map((entry) => entry.route);
    },
  };
};
