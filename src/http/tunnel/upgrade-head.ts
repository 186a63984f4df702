// What an upgrade asks for, and the head of the response that grants it.

import { objectAt, refuseOthers, stringAt } from '../../options/checks.js';
import { shown } from '../../options/shown.js';
import type { FieldsInit } from '../reply/field-lines.js';
import { fieldLinesWithoutContent } from '../reply/informational.js';
import type { RequestHead } from '../request/request-head.js';
import { UpgradeError } from './upgrade-error.js';

/** The options of `context.upgrade()`. */
export interface UpgradeInit {
  /** Further fields of the response. Connection and Upgrade are sent by themselves. */
  readonly headers?: FieldsInit;
  /**
   * One of the protocols that the client asked for. Default: the first of them. CONNECT asks for none.
   */
  readonly protocol?: string;
}

const UPGRADE_INIT_NAMES = ['headers', 'protocol'] as const;

/** A grant of an upgrade: the status, and the whole head as latin1. */
export interface UpgradeHead {
  readonly status: number;
  readonly head: string;
}

/**
 * The response that grants an upgrade.
 *
 * @param asksForUpgrade the request has Upgrade, Connection names it, and the version knows it
 * @param dateLine `Date: …` with its CRLF
 * @throws UpgradeError if the request asks for no upgrade, or for other protocols
 * @throws TypeError with `code: 'SLUICE_OPTION_INVALID'` for wrong options; ReplyError for wrong headers
 */
export function upgradeHead(
  request: RequestHead,
  asksForUpgrade: boolean,
  init: UpgradeInit | undefined,
  dateLine: string,
): UpgradeHead {
  const { headers, protocol } = checkedInit(init);
  const lines = headers === undefined ? '' : fieldLinesWithoutContent(headers);
  if (request.method === 'CONNECT') {
    if (protocol !== undefined) throw notAsked('CONNECT names no protocol', protocol);
    const date = /^date:/im.test(lines) ? '' : dateLine;
    return { status: 200, head: `HTTP/1.1 200 OK\r\n${date}${lines}\r\n` };
  }
  const granted = protocolOf(request, asksForUpgrade, protocol);
  const switching = `Connection: Upgrade\r\nUpgrade: ${granted}\r\n`;
  return { status: 101, head: `HTTP/1.1 101 Switching Protocols\r\n${switching}${lines}\r\n` };
}

function checkedInit(init: UpgradeInit | undefined): UpgradeInit {
  if (init === undefined) return {};
  const given = objectAt('upgrade()', init, 'an object with headers and protocol');
  refuseOthers('upgrade()', given, UPGRADE_INIT_NAMES);
  if (given.protocol !== undefined) stringAt('upgrade().protocol', given.protocol);
  return init;
}

/** The protocol to switch to, as the client has spelled it (RFC 9110 §7.8). */
function protocolOf(
  request: RequestHead,
  asksForUpgrade: boolean,
  wanted: string | undefined,
): string {
  const field = request.get('upgrade');
  if (!asksForUpgrade) throw notAsked(whyNot(request, field), wanted);
  const asked = (field ?? '').split(',').map((name) => name.trim());
  // Protocols are tokens with an optional version. Names are compared in any case.
  const protocols = asked.filter((name) => PROTOCOL.test(name));
  const chosen =
    wanted === undefined
      ? protocols[0]
      : protocols.find((name) => name.toLowerCase() === wanted.toLowerCase());
  if (chosen === undefined) throw notAsked(`the client asks for ${shown(field)}`, wanted);
  return chosen;
}

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const PROTOCOL: RegExp = new RegExp(`^${TOKEN}(?:/${TOKEN})?$`);

function whyNot(request: RequestHead, field: string | null): string {
  if (field === null) return 'the request has no field Upgrade';
  if (request.httpVersion === '1.0') return 'HTTP/1.0 knows no upgrades (RFC 9110 §7.8)';
  return "the request's field Connection does not name upgrade (RFC 9110 §7.8)";
}

function notAsked(why: string, wanted: string | undefined): UpgradeError {
  const to = wanted === undefined ? '' : ` to ${shown(wanted)}`;
  // Only a token may stand in the field of a 426.
  const named = wanted !== undefined && PROTOCOL.test(wanted) ? wanted : undefined;
  return new UpgradeError(
    'SLUICE_UPGRADE_NOT_ASKED',
    named === undefined ? 400 : 426,
    `context.upgrade() can't switch${to}: ${why}`,
    named,
  );
}
