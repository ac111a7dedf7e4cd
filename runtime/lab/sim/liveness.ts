/** Liveness: once the faults end and a quorum is in reach, what has begun is decided and committed. */
import type { Grant } from '../../contract/paxos.ts';
import { q2Of } from '../../core/chunkpaxos/quorum.ts';
import type { World } from './world.ts';

/** After the faults a schedule has this many steps to decide: several times what the slowest path takes. */
const LIVENESS_STEPS_MAX = 600;

/** Ends all faults and goes on until everything is decided; reports what is not. */
export const checkLiveness = (world: World): void => {
  const { metadata, checker, coverage } = world;
  world.endFaults();
  coverage.livenessChecks += 1;
  const lastStep = world.steps + LIVENESS_STEPS_MAX;
  while (world.steps < lastStep && checker.violation === null && !isSettled(world)) if (!world.step()) break;
  if (checker.violation !== null || isSettled(world) || !hasQuorums(world)) return;
  const generation = metadata.ledger.issued;
  const hasVotes = world.stores.some((store) => store.disks[generation]?.record?.accepted);
  const hasProposers = world.actors.some((actor) => actor.alive && actor.state !== 'over');
  if (hasVotes || hasProposers) checker.fail('Liveness', `generation ${generation} is undecided ${LIVENESS_STEPS_MAX} steps after the last fault`);
};

const isSettled = ({ metadata: { ledger }, startsLeft }: World): boolean =>
  startsLeft === 0 && ledger.issued >= 0 && (ledger.row?.generation === ledger.issued || ledger.aborted.includes(ledger.issued));

/** Whether enough stores of the last generation's grant can still vote. */
const hasQuorums = ({ metadata, checker, stores }: World): boolean => {
  const grant: Grant | undefined = metadata.grantOf(metadata.ledger.issued);
  const observer = checker.known(metadata.ledger.issued);
  if (!grant || !observer) return false;
  const able = stores.filter((store, index) => grant.stores[index]!.store_uuid === store.uuid && (observer.lost & (1 << index)) === 0);
  return able.length >= q2Of(grant);
};
