/** Conditional requests (RFC 9110 §13). Our ETags are strong, they are the content's hash; a weak one in a request still names it for reading. */

const opaqueOf = (tag: string): string => tag.trim().replace(/^W\//, '');

/** Whether `If-None-Match` says that the client has this very content. */
export const isNoneMatchHit = (header: string | undefined, etag: string): boolean => {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => opaqueOf(tag) === etag);
};

/** Whether `If-Range` lets a range stand: the same strong tag. A date cannot name content here, so it never does. */
export const isRangeCurrent = (header: string | undefined, etag: string): boolean => header === undefined || header.trim() === etag;
