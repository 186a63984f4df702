// What tracing tools subscribe to. A ServerResponse tells by itself that it was made.

import { type Channel, channel } from 'node:diagnostics_channel';

export const requestStart: Channel = channel('http.server.request.start');
export const responseFinish: Channel = channel('http.server.response.finish');
