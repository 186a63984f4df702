// What both servers of the test answer: GET tells its id, POST the size of its upload, /events is a stream of
// events that lasts a second. Each request is told to the parent once its handler runs.

const EVENTS = 5;
const EVENT_MS = 200;

/** Tells the parent that the request with this id was handled, by the path `/…?id=n`. */
export function handled(url) {
  process.send?.(Number(new URL(url, 'http://a').searchParams.get('id')));
}

export async function* events() {
  for (let i = 0; i < EVENTS; i++) {
    await new Promise((resolve) => setTimeout(resolve, EVENT_MS));
    yield `data: ${i}\n\n`;
  }
}
