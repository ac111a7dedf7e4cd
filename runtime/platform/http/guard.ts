/**
 * Who may call. Three independent checks, in this order:
 *   Host    must be a loopback name or a configured one, so that a rebound DNS name reaches nothing;
 *   Origin  a browser page of another origin is refused, also with authentication off; only signed reads are open to any origin;
 *   secret  `Authorization: Bearer <cluster secret>`, or for signed routes `?exp=&sig=`.
 */
import type { IncomingMessage } from 'node:http';
import { VStackError } from '../../contract/errors.ts';
import { equalsConstantTime, hmacHex } from '../crypto.ts';

/** `secret`: bearer only. `signed`: bearer or signed URL. `open`: nobody is asked (static pages of the web door). */
export type Access = 'secret' | 'signed' | 'open';

export interface GuardOptions {
  authentication: 'on' | 'off';
  secret: string;
  /** Key of signed URLs (hex); without one, no signature is valid. */
  urlKey?: string;
  /** Host names beyond loopback that this service answers to. */
  hosts?: readonly string[];
  /** Origins beyond the service's own whose pages may call. */
  origins?: readonly string[];
  /** Unix milliseconds. */
  wallMs: () => number;
}

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Whether a host name (as in a URL or a Host header, without its port) is loopback or one of `hosts`. */
export const isKnownHost = (name: string, hosts: readonly string[] = []): boolean =>
  LOOPBACK_NAMES.has(name.toLowerCase()) || hosts.some((host) => host.toLowerCase() === name.toLowerCase());

const hostNameOf = (host: string): string => host.replace(/:\d+$/, '').toLowerCase();

/** What the MAC of a signed URL covers: the path without its query, and the expiry in Unix seconds. */
export const signedUrlText = (path: string, expSeconds: number): string => `${path}\n${expSeconds}`;

/** Appends `?exp=&sig=` to a path. */
export const signPath = (urlKey: string, path: string, expSeconds: number): string =>
  `${path}?exp=${expSeconds}&sig=${hmacHex(urlKey, signedUrlText(path, expSeconds))}`;

export const createGuard = (options: GuardOptions) => {
  const hosts = new Set([...LOOPBACK_NAMES, ...(options.hosts ?? []).map((name) => name.toLowerCase())]);
  const origins = new Set(options.origins ?? []);

  const judgeSignature = (path: string, query: URLSearchParams): 'valid' | 'expired' | 'none' => {
    const exp = query.get('exp');
    const sig = query.get('sig');
    if (!options.urlKey || !exp || !sig || !/^\d{1,12}$/.test(exp)) return 'none';
    if (!equalsConstantTime(sig, hmacHex(options.urlKey, signedUrlText(path, Number(exp))))) return 'none';
    return Number(exp) * 1000 > options.wallMs() ? 'valid' : 'expired';
  };

  /** The scheme's name is case-insensitive (RFC 9110, 11.1), the secret is not. */
  const isSecret = (authorization: string): boolean => equalsConstantTime(authorization.replace(/^bearer +/i, 'Bearer '), `Bearer ${options.secret}`);

  const checkHost = (request: IncomingMessage): void => {
    const host = request.headers.host ?? '';
    if (!hosts.has(hostNameOf(host))) {
      throw new VStackError('wrong_host', `This service answers to ${[...hosts].join(', ')}; the request named "${host}" as its Host.`);
    }
  };

  const isOwnOrigin = (request: IncomingMessage, origin: string): boolean => origins.has(origin) || origin === `http://${request.headers.host}`;

  return {
    checkHost,
    isOwnOrigin,
    /** Throws what forbids the call; returns whether it was admitted by a signature, which opens it to any origin. */
    admit(request: IncomingMessage, path: string, query: URLSearchParams, access: Access): { signed: boolean } {
      checkHost(request);
      const { origin, authorization } = request.headers;
      const signature = access === 'signed' ? judgeSignature(path, query) : 'none';
      const signed = signature === 'valid';
      // A page whose URL was good once must be able to tell that it needs a new one.
      if (signature === 'expired' && !(authorization && isSecret(authorization))) {
        throw new VStackError('unauthenticated', 'The signed URL has expired; ask for the manifest again.', { details: { expired: true } });
      }
      if (origin !== undefined && !signed && !isOwnOrigin(request, origin)) {
        throw new VStackError('foreign_origin', `Pages of ${origin} may not call this service.`);
      }
      if (signed || access === 'open' || options.authentication === 'off') return { signed };
      if (authorization && isSecret(authorization)) return { signed };
      const why = query.has('sig') ? 'the signature is wrong' : authorization ? 'the secret is wrong' : 'it carries no secret';
      throw new VStackError('unauthenticated', `The request needs "Authorization: Bearer <cluster secret>": ${why}.`);
    },
  };
};

export type Guard = ReturnType<typeof createGuard>;
