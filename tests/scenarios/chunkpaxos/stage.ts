/**
 * A stage for ChunkPaxos: scripts say who acts, the cores do the rest, and the trace is what a reader reviews. A script is lines of
 *
 *   stores k+m                     the grant's shape; stores are s0, s1, …
 *   proposer NAME [owner] VALUE    brings bytes called VALUE (a hex digit); `nothing` for a recovery
 *   without RULE                   takes a rule away (core/chunkpaxos/rules.ts)
 *   start NAME                     the proposer begins
 *   deliver FROM TO                everything on its way between the two arrives, in order; `*` is everyone
 *   drop FROM TO                   … is lost
 *   timer NAME                     the proposer's timer fires; with a store, its recovery timer
 *   kill NAME                      the proposer dies
 *   learn VALUE                    the metadata service tells all stores (ABORT or a value)
 *   fetch NAME [fails]             the proposer gets the bytes it asked for, if the stores have them and can be read; else it is told so
 *   votes                          shows every store's promise and vote, and what is chosen
 *
 * Every persist is synced at once: durability has its own tests in the simulator.
 */
import type { Ballot, Grant, Value } from '../../../runtime/contract/paxos.ts';
import { createAcceptor, stepAcceptor } from '../../../runtime/core/chunkpaxos/acceptor.ts';
import type { Acceptor } from '../../../runtime/core/chunkpaxos/acceptor.ts';
import { createObserver, observeAccept, observeVote } from '../../../runtime/core/chunkpaxos/invariants.ts';
import type { Invariant } from '../../../runtime/core/chunkpaxos/invariants.ts';
import type { AcceptorInput, ProposerInput, Reply, Request } from '../../../runtime/core/chunkpaxos/messages.ts';
import { createProposer, stepProposer } from '../../../runtime/core/chunkpaxos/proposer.ts';
import type { Proposer } from '../../../runtime/core/chunkpaxos/proposer.ts';
import { q1Of, q2Of } from '../../../runtime/core/chunkpaxos/quorum.ts';
import { RULES } from '../../../runtime/core/chunkpaxos/rules.ts';
import type { Rules } from '../../../runtime/core/chunkpaxos/rules.ts';
import { ABORT, holdsPieceFor } from '../../../runtime/core/chunkpaxos/value.ts';
import { coded, makeGrant, placed, uuidOf } from '../../fixtures/paxos.ts';

interface Letter {
  from: string;
  to: string;
  message: Request | Reply;
}

export class Stage {
  private readonly lines: string[] = [];
  private rules: Rules = RULES;
  private grant: Grant = makeGrant();
  private owner = 'nobody';
  private stores: Acceptor[] = [];
  private readonly proposers = new Map<string, Proposer>();
  private readonly wanted = new Map<string, Value>();
  private letters: Letter[] = [];
  private observer = createObserver(3, 2, 2);

  /** Runs a script and returns it with the trace: commands as they stand, what they caused indented below. */
  play(script: string): string {
    // The owner is part of the grant, which exists before anyone begins.
    this.owner = /^proposer (\S+) owner/m.exec(script)?.[1] ?? 'nobody';
    for (const line of script.split('\n').map((text) => text.trimEnd())) {
      this.lines.push(line);
      const [command = '', ...words] = line.trim().split(/\s+/);
      if (command !== '' && !command.startsWith('#')) this.perform(command, words);
    }
    return this.lines.join('\n');
  }

  private perform(command: string, words: string[]): void {
    const [first = '', second = ''] = words;
    switch (command) {
      case 'stores':
        return this.build(first);
      case 'without':
        this.rules = { ...this.rules, [first]: false };
        return this.build(`${this.grant.k}+${this.grant.m}`);
      case 'proposer':
        return this.addProposer(first, words.at(-1)!);
      case 'start':
        return this.stepProposer(first, { type: 'START' });
      case 'timer':
        return /^s\d$/.test(first) ? this.stepStore(Number(first.slice(1)), { type: 'TIMER', timer: 'recover' }, '') : this.stepProposer(first, { type: 'TIMER' });
      case 'kill':
        this.proposers.delete(first);
        this.letters = this.letters.filter(({ to }) => to !== first);
        return;
      case 'deliver':
      case 'drop':
        return this.move(first, second, command === 'deliver');
      case 'learn':
        return this.stores.forEach((_, index) => this.stepStore(index, { type: 'LEARN', grant: this.grant, value: this.valueOf(first) }, ''));
      case 'fetch':
        return this.fetch(first, second === 'fails');
      case 'votes':
        return this.showVotes();
      default:
        throw new Error(`The stage knows no command "${command}".`);
    }
  }

  private build(shape: string): void {
    const [k = 1, m = 2] = shape.split('+').map(Number);
    this.grant = makeGrant({ k, m, owner_id: this.owner });
    this.observer = createObserver(k + m, q1Of(this.grant), q2Of(this.grant));
    this.stores = this.grant.stores.map((_, index) => createAcceptor({ grant: this.grant, storeUuid: uuidOf(index), rules: this.rules }));
  }

  private valueOf(name: string): Value {
    if (name === 'ABORT') return ABORT;
    return this.grant.k > 1 ? coded(name, this.grant.stores.length) : placed(name);
  }

  private addProposer(name: string, brings: string): void {
    const own = brings === 'nothing' ? null : this.valueOf(brings);
    this.proposers.set(name, createProposer({ grant: this.grant, proposerId: name, own, hasBytes: own !== null, seed: 1, rules: this.rules }));
  }

  private move(from: string, to: string, arrives: boolean): void {
    const isMeant = (letter: Letter): boolean => (from === '*' || letter.from === from) && (to === '*' || letter.to === to);
    const meant = this.letters.filter(isMeant);
    this.letters = this.letters.filter((letter) => !isMeant(letter));
    for (const { from: sender, to: receiver, message } of meant) {
      if (!arrives) this.say(`${sender} → ${receiver} lost: ${describe(message)}`);
      else if (receiver.startsWith('s')) this.stepStore(Number(receiver.slice(1)), message as AcceptorInput, sender);
      else if (this.proposers.has(receiver)) this.stepProposer(receiver, message as ProposerInput);
    }
  }

  private stepStore(index: number, input: AcceptorInput, from: string): void {
    const store = this.stores[index]!;
    for (const effect of stepAcceptor(store, input)) {
      if (effect.kind === 'persist') this.observe(index, store);
      if (effect.kind === 'emit') this.say(`s${index} asks: ${effect.event}`);
      if (effect.kind === 'send' && from) this.post(`s${index}`, from, effect.message);
    }
  }

  private observe(index: number, { state }: Acceptor): void {
    this.observer.promisedDurably[index] = state.promised;
    if (state.accepted) this.check(observeVote(this.observer, index, state.accepted.ballot, state.accepted.value));
  }

  private stepProposer(name: string, input: ProposerInput): void {
    const proposer = this.proposers.get(name)!;
    for (const effect of stepProposer(proposer, input)) {
      if (effect.kind === 'send') {
        if (effect.message.type === 'ACCEPT') this.check(observeAccept(this.observer, effect.message.ballot, effect.message.value));
        this.post(name, `s${effect.to}`, effect.message);
      } else if (effect.kind === 'decide') this.say(`${name} decides ${nameOf(effect.value)}${effect.learned ? ' (learned)' : ''}`);
      else if (effect.kind === 'fetch') {
        this.wanted.set(name, effect.value);
        this.say(`${name} needs the bytes of ${nameOf(effect.value)}`);
      } else if (effect.kind === 'finish') this.say(`${name} is done`);
      else if (effect.kind === 'emit') this.say(`${name} ${effect.event === 'preempted' ? 'backs off' : `is ${effect.event === 'free' ? 'free to choose' : 'bound to adopt'}`}`);
      else if (effect.kind === 'giveUp') this.say(`${name} gives up`);
    }
  }

  private fetch(name: string, fails: boolean): void {
    const value = this.wanted.get(name)!;
    const holders = this.stores.filter(({ state }, index) => value.kind === 'PLACED' && holdsPieceFor(state.held, value, index)).length;
    this.stepProposer(name, { type: !fails && holders >= this.grant.k ? 'BYTES' : 'NO_BYTES', value });
  }

  private check(broken: Invariant | null): void {
    if (broken) this.say(`VIOLATION: ${broken}`);
  }

  private showVotes(): void {
    for (const [index, { state }] of this.stores.entries()) {
      const vote = state.accepted ? `voted ${nameOf(state.accepted.value)} at ${ballotOf(state.accepted.ballot)}` : 'no vote';
      this.say(`s${index}: promised ${ballotOf(state.promised)}, ${vote}${state.chosen ? `, knows ${nameOf(state.chosen)}` : ''}`);
    }
    this.say(`chosen: ${this.observer.chosen ? nameOf(this.observer.chosen) : 'nothing'}`);
  }

  private post(from: string, to: string, message: Request | Reply): void {
    this.letters.push({ from, to, message });
    this.say(`${from} → ${to} ${describe(message)}`);
  }

  private say(text: string): void {
    this.lines.push(`    ${text}`);
  }
}

const nameOf = (value: Value): string => (value.kind === 'PLACED' ? value.sha256.replace(/^0+/, '') : value.kind);
const ballotOf = ({ round, proposer_id }: Ballot): string => `${round}.${proposer_id}`;

const describe = (message: Request | Reply): string => {
  switch (message.type) {
    case 'PREPARE':
      return `PREPARE ${ballotOf(message.ballot)}`;
    case 'PROMISE':
      return `PROMISE ${ballotOf(message.ballot)}${message.accepted ? `, voted ${nameOf(message.accepted.value)} at ${ballotOf(message.accepted.ballot)}` : ''}`;
    case 'STAGE':
      return 'STAGE bytes';
    case 'STAGED':
      return 'STAGED';
    case 'ACCEPT':
      return `ACCEPT ${ballotOf(message.ballot)} ${nameOf(message.value)}${message.piece ? ' with bytes' : ''}`;
    case 'ACK':
      return `ACK ${ballotOf(message.ballot)} ${nameOf(message.value)}`;
    case 'NACK':
      return `NACK ${message.reason}, promised ${ballotOf(message.promised)}`;
    case 'CHOSEN':
      return `CHOSEN ${nameOf(message.value)}`;
    case 'LEARNED':
      return 'LEARNED';
  }
};
