// The sockets that systemd opens for a service and hands over by number (sd_listen_fds(3)).

/** The first descriptor that is handed over; SD_LISTEN_FDS_START. */
const FIRST_FD = 3;

/** The variables that systemd sets. */
export interface SystemdVariables {
  readonly LISTEN_FDS?: string | undefined;
  readonly LISTEN_PID?: string | undefined;
  readonly LISTEN_FDNAMES?: string | undefined;
}

/**
 * The descriptor of the socket.
 *
 * @param wanted the name of the socket; true: the only one
 * @param pid of this process: the variables may be those of a parent
 * @throws Error with `code: 'SLUICE_SYSTEMD'`, which says what the variables hold
 */
export function systemdFd(wanted: string | true, variables: SystemdVariables, pid: number): number {
  const { LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES } = variables;
  if (LISTEN_FDS === undefined)
    throw failure('LISTEN_FDS is not set: this process was not started by a socket unit');
  if (LISTEN_PID !== String(pid))
    throw failure(
      LISTEN_PID === undefined
        ? 'LISTEN_FDS is set, and LISTEN_PID is not'
        : `LISTEN_PID is ${LISTEN_PID}, and this process is ${pid}: the sockets are another's; let the unit start node itself`,
    );
  if (!/^[1-9]\d{0,4}$/.test(LISTEN_FDS))
    throw failure(`LISTEN_FDS is '${LISTEN_FDS}', and should be the number of sockets`);
  const count = Number(LISTEN_FDS);
  const names = LISTEN_FDNAMES === undefined ? [] : LISTEN_FDNAMES.split(':').slice(0, count);
  if (wanted === true) {
    if (count === 1) return FIRST_FD;
    const alike = count === names.length && new Set(names).size === 1;
    const choice = names.length > 0 ? `: ${names.join(', ')}` : ' (FileDescriptorName=)';
    throw failure(
      alike
        ? `there are ${count} sockets, all with the name '${names[0]}'; ${byNumber(names, names[0])}`
        : `there are ${count} sockets; name one of them${choice}`,
    );
  }
  const index = names.indexOf(wanted);
  if (index < 0)
    throw failure(
      `no socket has the name '${wanted}'; there are ${names.join(', ') || 'no names'}`,
    );
  // A unit with several lines of ListenStream= gives all of them its name. Nobody would accept at the others.
  const alike = names.filter((name) => name === wanted).length;
  if (alike > 1)
    throw failure(`${alike} sockets have the name '${wanted}'; ${byNumber(names, wanted)}`);
  return FIRST_FD + index;
}

/** How the sockets of one name can be had. */
function byNumber(names: readonly string[], wanted: string | undefined): string {
  const calls = names.flatMap((name, i) =>
    name === wanted ? [`listen({ fd: ${FIRST_FD + i} })`] : [],
  );
  return `take each by its number: ${calls.join(', ')}`;
}

function failure(what: string): Error {
  return Object.assign(new Error(what), { code: 'SLUICE_SYSTEMD' });
}
