/** The cluster's services as the host calls them: found at their present addresses, with the cluster secret, answers checked. */
import { z } from 'zod';
import { VStackError } from '../contract/errors.ts';
import type { HttpClient, RequestOptions } from '../platform/http/client.ts';

type Ask = <S extends z.ZodType = z.ZodUnknown>(path: string, options?: RequestOptions, answer?: S) => Promise<z.output<S>>;

export interface Services {
  /** Asks the metadata service. @throws VStackError not_running while there is none */
  metadata: Ask;
  /** Asks the uploader. @throws VStackError not_running while there is none */
  uploader: Ask;
}

export interface ServiceUrls {
  metadataUrl: string | null;
  uploaderUrl: string | null;
}

const notRunning = (name: string): VStackError =>
  new VStackError('not_running', `The ${name} is not running. Launch the cluster (the Launch button, or \`vstack up\`), or wait until it is ready again.`);

export const createServices = (http: HttpClient, urls: () => ServiceUrls): Services => {
  const ask =
    (name: string, urlOf: (urls: ServiceUrls) => string | null): Ask =>
    async (path, options, answer) => {
      const url = urlOf(urls());
      if (url === null) throw notRunning(name);
      const body = await http.json(`${url}${path}`, options);
      if (!answer) return body as never;
      const parsed = answer.safeParse(body);
      if (parsed.success) return parsed.data;
      const [first] = parsed.error.issues;
      throw new VStackError('internal', `The ${name} answered ${path} in a way this program does not understand: "${first?.path.join('.')}" ${first?.message}.`);
    };
  return { metadata: ask('metadata service', (now) => now.metadataUrl), uploader: ask('uploader', (now) => now.uploaderUrl) };
};
