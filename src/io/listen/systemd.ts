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
  const names = LISTEN_FDNAMES === undefined ? [] : LISTEN_FDNAMES.split(':');
  if (wanted === true) {
    if (count === 1) return FIRST_FD;
    const choice = names.length > 0 ? `: ${names.join(', ')}` : ' (FileDescriptorName=)';
    throw failure(`there are ${count} sockets; name one of them${choice}`);
  }
  const index = names.indexOf(wanted);
  if (index < 0 || index >= count)
    throw failure(
      `no socket has the name '${wanted}'; there are ${names.join(', ') || 'no names'}`,
    );
  return FIRST_FD + index;
}

function failure(what: string): Error {
  return Object.assign(new Error(what), { code: 'SLUICE_SYSTEMD' });
}
