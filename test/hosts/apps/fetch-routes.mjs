// What the servers of the fetch style answer.

const encoder = new TextEncoder();

export async function fetch(request) {
  const { pathname, search } = new URL(request.url);
  if (pathname === '/') return new Response('Hello from fetch');
  if (pathname === '/json') return Response.json({ method: request.method, search });
  if (pathname === '/echo') return new Response(request.body, { headers: { 'x-a': 'b' } });
  if (pathname === '/text') return new Response((await request.text()).toUpperCase());
  if (pathname === '/empty') return new Response(null, { status: 204 });
  if (pathname === '/cookies')
    return new Response('c', {
      headers: [
        ['set-cookie', 'a=b'],
        ['set-cookie', 'c=d'],
      ],
    });
  if (pathname === '/stream') {
    let count = 0;
    return new Response(
      new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setImmediate(resolve));
          controller.enqueue(encoder.encode(`piece ${count}\n`));
          if (++count === 10) controller.close();
        },
      }),
    );
  }
  return new Response('none', { status: 404 });
}
