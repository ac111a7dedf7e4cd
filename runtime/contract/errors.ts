/**
 * Every expected failure has a stable code. Codes cross process borders and versions; messages are for people.
 * The number is the HTTP status a service answers with.
 */
export const errorStatus = {
  bad_request: 400,
  invalid_id: 400,
  empty_body: 400,
  truncated_body: 400,
  unsupported_media: 400,
  unauthenticated: 401,
  forbidden: 403,
  foreign_origin: 403,
  wrong_host: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  nack: 409,
  generation_closed: 409,
  equivocation: 409,
  chunk_in_use: 409,
  not_running: 409,
  already_running: 409,
  port_in_use: 409,
  cancelled: 409,
  length_required: 411,
  payload_too_large: 413,
  range_not_satisfiable: 416,
  checksum_mismatch: 422,
  internal: 500,
  corrupt: 500,
  not_supported: 501,
  unavailable: 503,
  not_enough_nodes: 503,
  no_quorum: 503,
  read_only: 503,
  timeout: 504,
  disk_full: 507,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/**
 * A failure that callers may expect. `message` says what was expected, what came, and what to do.
 * `details` carries machine-readable facts (the promised ballot of a NACK, the owner of a port).
 */
export class VStackError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'VStackError';
    this.code = code;
    this.details = options.details;
  }

  get status(): number {
    return errorStatus[this.code];
  }
}

export const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && code in errorStatus;

/** The wire shape of a failure. */
export interface ErrorBody {
  detail: string;
  code: ErrorCode;
  details?: Record<string, unknown>;
}

export const toErrorBody = (error: unknown): ErrorBody =>
  error instanceof VStackError
    ? { detail: error.message, code: error.code, ...(error.details && { details: { ...error.details } }) }
    : { detail: error instanceof Error ? error.message : String(error), code: 'internal' };

/** Rebuilds the error that a peer answered with; anything unrecognisable becomes `internal` and keeps its text. */
export const fromErrorBody = (body: unknown, fallback = 'The peer answered with an error it did not describe.'): VStackError => {
  const { detail, code, details } = (typeof body === 'object' && body !== null ? body : {}) as Partial<ErrorBody>;
  return new VStackError(isErrorCode(code) ? code : 'internal', typeof detail === 'string' ? detail : fallback, details ? { details } : {});
};
