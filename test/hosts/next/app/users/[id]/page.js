import { headers } from 'next/headers';
import { createElement as e } from 'react';

export default async function Page({ params }) {
  const { id } = await params;
  const agent = (await headers()).get('user-agent');
  return e('p', null, `user ${id} by ${agent}`);
}
