export const dynamic = 'force-dynamic';

export function GET() {
  let id = 0;
  const content = new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      controller.enqueue(new TextEncoder().encode(`id: ${id++}\n\n`));
      if (id === 5) controller.close();
    },
  });
  return new Response(content, { headers: { 'Content-Type': 'text/event-stream' } });
}
