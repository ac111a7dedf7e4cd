/** The web door's own token, kept (0600) so that an open page stays signed in when the program is started again on the same port. */
import { z } from 'zod';
import { VStackError } from '../contract/errors.ts';
import { randomHex } from '../platform/crypto.ts';
import { readJsonFile, writeJsonFile } from '../platform/files.ts';

const TOKEN_BYTES = 32;
const WebTokenFile = z.object({ version: z.literal(1), token: z.string().regex(/^[0-9a-f]{64}$/) });

/** Reads the token at `path`; makes one when there is none. */
export const openWebToken = async (path: string): Promise<string> => {
  const content = await readJsonFile(path);
  if (content === undefined) {
    const token = randomHex(TOKEN_BYTES);
    await writeJsonFile(path, { version: 1, token });
    return token;
  }
  const parsed = WebTokenFile.safeParse(content);
  if (!parsed.success) throw new VStackError('corrupt', `${path} holds no web token of this program. Move it away, and a new one is made.`);
  return parsed.data.token;
};
