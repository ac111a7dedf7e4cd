import { z } from 'zod';
import { NodeId } from '../../../contract/ids.ts';
import { DamageRequest, HeartbeatRequest, RegisterNodeQuery, type HeartbeatResponse, type RegisterNodeResponse } from '../../../contract/wire/metadata.ts';
import type { Route } from '../../../platform/http/server.ts';
import { parseInput } from '../../../platform/http/body.ts';
import { reportDamage } from '../damage.ts';
import type { Service } from '../service.ts';
import { grantSeqOf } from '../store/meta.ts';

const Params = z.object({ node_id: NodeId });

export const nodeRoutes = ({ context }: Service): Route[] => {
  const { nodes, db } = context;
  const healthyFirst = { healthy: 0, degraded: 1, down: 2 };
  return [
    {
      method: 'GET',
      path: '/nodes/healthy',
      handle: (call) => call.reply(nodes.all().map(nodes.toRow).filter(({ status }) => status === 'healthy')),
    },
    {
      method: 'GET',
      path: '/nodes/all',
      handle(call) {
        const rows = nodes.all().map(nodes.toRow);
        call.reply({ nodes: rows.sort((a, b) => healthyFirst[a.status] - healthyFirst[b.status] || (a.node_id < b.node_id ? -1 : 1)) });
      },
    },
    { method: 'GET', path: '/nodes/health-summary', handle: (call) => call.reply(nodes.summary()) },
    {
      method: 'POST',
      path: '/nodes/register',
      async handle(call) {
        const query = call.queryAs(RegisterNodeQuery);
        const node = await nodes.register(query, context.keys.isRegistrationGenuine(query));
        const body: RegisterNodeResponse = {
          status: 'registered',
          node_id: node.nodeId,
          node_url: node.nodeUrl,
          incarnation: context.incarnation,
          grant_seq: grantSeqOf(db),
        };
        call.reply(body);
      },
    },
    {
      method: 'POST',
      path: '/nodes/:node_id/heartbeat',
      async handle(call) {
        const { node_id: nodeId } = parseInput(Params, call.params);
        await nodes.heartbeat(nodeId, await call.json(HeartbeatRequest));
        const body: HeartbeatResponse = { status: 'ok', message: `Heartbeat of ${nodeId} recorded.`, grant_seq: grantSeqOf(db) };
        call.reply(body);
      },
    },
    {
      method: 'POST',
      path: '/nodes/:node_id/damage',
      async handle(call) {
        const { node_id: nodeId } = parseInput(Params, call.params);
        const request = await call.json(DamageRequest);
        call.reply({ node_id: nodeId, repairs: await reportDamage(context, nodeId, request) });
      },
    },
  ];
};
