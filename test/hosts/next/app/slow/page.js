import { connection } from 'next/server';
import { createElement as e, Suspense } from 'react';

async function Late() {
  await connection();
  await new Promise((resolve) => setTimeout(resolve, 50));
  return e('p', null, 'came later');
}

export default function Page() {
  return e(Suspense, { fallback: e('p', null, 'to come') }, e(Late));
}
