import {
  AbortRequest,
  CommitRequest,
  GenerationRequest,
  GrantsRequest,
  HoldersRequest,
  RecoverRequest,
  type CommitResponse,
  type GenerationResponse,
  type GrantsResponse,
  type HoldersResponse,
  type RecoverResponse,
} from '../../../contract/wire/metadata.ts';
import { VStackError } from '../../../contract/errors.ts';
import type { Certificate } from '../../../contract/paxos.ts';
import type { Route } from '../../../platform/http/server.ts';
import { commitClassic } from '../classic-commit.ts';
import { addLateHolders, commitCertificate } from '../commit.ts';
import { describeConsensus } from '../consensus.ts';
import { grantSequences, nextGeneration } from '../grants.ts';
import type { Committed } from '../holders.ts';
import { describeFragments } from '../manifest.ts';
import type { Service } from '../service.ts';
import type { Instance } from '../store/grants.ts';
import { chunkIdOfPath } from './params.ts';

const assertNames = (chunkId: string, { grant }: Certificate): void => {
  if (grant.chunk_id !== chunkId) throw new VStackError('bad_request', `"certificate": it is about ${grant.chunk_id}, not ${chunkId}.`);
};

/** The body, its certificate and the grant's row must tell the same story. */
const assertAgrees = (request: CommitRequest, { value, grant }: Certificate, instance: Instance): void => {
  if (value.kind !== 'PLACED') throw new VStackError('bad_request', `"certificate": a commit is of PLACED bytes; this one is of ${value.kind}.`);
  const differing = [
    ['video_id', request.video_id, instance.videoId],
    ['sequence_num', request.sequence_num, instance.sequenceNum],
    ['checksum', request.checksum, value.sha256],
    ['size_bytes', request.size_bytes, value.size_bytes],
    ['redundancy_mode', request.redundancy_mode, grant.k > 1 ? 'erasure_coding' : 'replication'],
  ].find(([, said, certified]) => said !== certified);
  if (differing) throw new VStackError('bad_request', `"${differing[0]}": the body says ${differing[1]}, its certificate is about ${differing[2]}.`);
};

export const chunkRoutes = (service: Service): Route[] => {
  const { context, learns, recovery } = service;

  const urlsOf = (holders: readonly string[]): string[] => holders.flatMap((nodeId) => context.nodes.get(nodeId)?.nodeUrl ?? []);

  const commit = async (chunkId: string, request: CommitRequest): Promise<Committed> => {
    const { certificate } = request;
    if (!certificate) return commitClassic(context, learns, chunkId, request);
    assertNames(chunkId, certificate);
    const time = { durationSec: request.duration_sec, startSec: request.start_sec, segmentIndex: request.segment_index };
    return commitCertificate(context, learns, certificate, { time, check: (instance) => assertAgrees(request, certificate, instance) });
  };

  return [
    {
      method: 'POST',
      path: '/grants',
      async handle(call) {
        const request = await call.json(GrantsRequest);
        const { video_id: videoId, sequences, owner_id: ownerId, redundancy_mode: mode } = request;
        const body: GrantsResponse = { grants: await grantSequences(context, { videoId, sequences, ownerId, mode }) };
        call.reply(body);
      },
    },
    {
      method: 'POST',
      path: '/chunk/:chunk_id/generation',
      async handle(call) {
        const chunkId = chunkIdOfPath(call);
        const { generation, owner_id: ownerId, sha256, unreachable_node_ids: avoid } = await call.json(GenerationRequest);
        const body: GenerationResponse = { grant: await nextGeneration(context, chunkId, { generation, ownerId, sha256, avoid }) };
        call.reply(body);
      },
    },
    {
      method: 'POST',
      path: '/chunk/:chunk_id/commit',
      async handle(call) {
        const chunkId = chunkIdOfPath(call);
        const { holders, isComplete } = await commit(chunkId, await call.json(CommitRequest));
        const message = isComplete ? `${chunkId} is committed.` : `${chunkId} is committed on ${holders.length} nodes; the others are being filled.`;
        const body: CommitResponse = { success: true, committed_nodes: urlsOf(holders), message, complete: isComplete };
        call.reply(body);
      },
    },
    {
      method: 'POST',
      path: '/chunk/:chunk_id/abort',
      async handle(call) {
        const chunkId = chunkIdOfPath(call);
        const { certificate } = await call.json(AbortRequest);
        assertNames(chunkId, certificate);
        if (certificate.value.kind !== 'ABORT') throw new VStackError('bad_request', `"certificate": it is of ${certificate.value.kind}, not ABORT.`);
        await commitCertificate(context, learns, certificate);
        call.reply({ chunk_id: chunkId, closed_through: certificate.grant.generation });
      },
    },
    {
      method: 'POST',
      path: '/chunk/:chunk_id/holders',
      async handle(call) {
        const chunkId = chunkIdOfPath(call);
        const { certificate } = await call.json(HoldersRequest);
        assertNames(chunkId, certificate);
        const { holders, isComplete } = await addLateHolders(context, certificate);
        const body: HoldersResponse = { chunk_id: chunkId, holders, complete: isComplete };
        call.reply(body);
      },
    },
    {
      method: 'POST',
      path: '/chunk/:chunk_id/recover',
      async handle(call) {
        const chunkId = chunkIdOfPath(call);
        const { generation } = await call.json(RecoverRequest);
        const body: RecoverResponse = { chunk_id: chunkId, generation, value: await recovery.recover(chunkId, generation) };
        call.reply(body);
      },
    },
    { method: 'GET', path: '/chunk/:chunk_id/fragments', handle: (call) => call.reply(describeFragments(context, chunkIdOfPath(call))) },
    { method: 'GET', path: '/consensus/:chunk_id', handle: async (call) => call.reply(await describeConsensus(context, chunkIdOfPath(call))) },
  ];
};
