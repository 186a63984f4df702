export async function POST(request) {
  const text = await request.text();
  return new Response(text, { headers: { 'X-Length': String(text.length) } });
}
