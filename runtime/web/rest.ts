/** The control contract as plain HTTP, derived from its declarations: `POST /api/call/{domain}/{action}`, described by `/api/openapi.json`. */
import { z } from 'zod';
import type { CallDefinition } from '../contract/control/call.ts';
import { calls } from '../contract/control/index.ts';
import { DashboardMetrics, DashboardPerformance, DashboardStats, DashboardStatus } from '../contract/wire/dashboard.ts';
import type { Route } from '../platform/http/server.ts';
import { ALL_PERMISSIONS, type Dispatcher } from '../host/dispatcher.ts';

const pathOf = (name: string): string => `/api/call/${name.replace(':', '/')}`;

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): unknown => z.toJSONSchema(schema, { io, unrepresentable: 'any' });

const describeCall = (name: string, { input, output, needs, summary }: CallDefinition): unknown => ({
  post: {
    operationId: name,
    summary,
    description: `Needs the permission to ${needs}.`,
    requestBody: { content: { 'application/json': { schema: jsonSchema(input, 'input') } } },
    responses: {
      200: { description: 'The result.', content: { 'application/json': { schema: jsonSchema(output, 'output') } } },
      default: {
        description: 'What went wrong.',
        content: { 'application/json': { schema: { type: 'object', required: ['detail', 'code'], properties: { detail: { type: 'string' }, code: { type: 'string' } } } } },
      },
    },
  },
});

const describeDashboard = (summary: string, answer: z.ZodType): unknown => ({
  get: { summary, responses: { 200: { description: 'Of the latest playback session; nulls while there is none.', content: { 'application/json': { schema: jsonSchema(answer, 'output') } } } } },
});

/** V-Stack's own dashboard calls, beside those of the control contract. */
const dashboardPaths = {
  '/api/status': describeDashboard('What plays, its buffer, its nodes.', DashboardStatus),
  '/api/stats': describeDashboard('Session, buffer, downloads, nodes.', DashboardStats),
  '/api/metrics': describeDashboard('Buffer, throughput and scores of the last 100 points, two seconds apart.', DashboardMetrics),
  '/api/performance': describeDashboard('The figures a session is judged by.', DashboardPerformance),
};

/** OpenAPI 3.1, whose schemas are JSON Schema as zod writes it. */
export const describeApi = (version: string): unknown => ({
  openapi: '3.1.0',
  info: { title: 'V-Stack Control Center', version, description: 'Every call of the control contract. Times are milliseconds, sizes bytes.' },
  security: [{ webToken: [] }],
  components: { securitySchemes: { webToken: { type: 'http', scheme: 'bearer' } } },
  paths: { ...dashboardPaths, ...Object.fromEntries(Object.entries(calls).map(([name, call]) => [pathOf(name), describeCall(name, call as CallDefinition)])) },
});

export const restRoutes = (dispatcher: Dispatcher, version: string): Route[] => [
  { method: 'GET', path: '/api/openapi.json', handle: ({ reply }) => reply(describeApi(version)) },
  {
    method: 'POST',
    path: '/api/call/:domain/:action',
    async handle({ params, json, reply, signal }) {
      const input = await json(z.record(z.string(), z.unknown()));
      reply(await dispatcher.dispatch(`${params.domain}:${params.action}`, input, { permissions: ALL_PERMISSIONS, signal }));
    },
  },
];
