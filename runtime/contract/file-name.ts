/** Names of files made of titles, which anybody may have written: safe on every system, and in a header of HTTP. */

/** Path separators, what Windows forbids, control characters, and marks that turn the direction of the text (they hide the real ending). */
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Devices of Windows, whatever the ending. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
/** File systems take 255 bytes; a character of UTF-8 may have four, and copies are given a suffix. */
const NAME_CHARS_MAX = 60;

/** `extension` without its dot. Never empty, never hidden, never a path. */
export const fileNameOf = (title: string, extension: string): string => {
  // Lone surrogates cannot be written in UTF-8; the replacement character can.
  const clean = title.toWellFormed().replace(FORBIDDEN, ' ').replace(/\s+/g, ' ').replace(/^[. ]+/, '');
  const cut = [...clean].slice(0, NAME_CHARS_MAX).join('').replace(/[. ]+$/, '');
  const name = cut === '' ? 'video' : RESERVED.test(cut) ? `_${cut}` : cut;
  return `${name}.${extension}`;
};

/** Octets of RFC 5987's `value-chars` stand for themselves; encodeURIComponent leaves some others as they are. */
const encodeExtended = (text: string): string => encodeURIComponent(text).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** The header of RFC 6266: a plain name for old clients, and the real one in UTF-8. */
export const attachmentHeader = (fileName: string): string => {
  const plain = fileName.normalize('NFKD').replace(/[^\x20-\x7e]/g, '').replace(/["\\%]/g, '').replace(/^[. ]*\./, 'video.');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeExtended(fileName)}`;
};
