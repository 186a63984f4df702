import http from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';

const schema = createSchema({
  typeDefs: `
    type Query { hello(name: String!): String! }
    type Mutation { twice(text: String!): String! }
    type Subscription { count(to: Int!): Int! }
  `,
  resolvers: {
    Query: { hello: (_, { name }) => `Hello ${name}` },
    Mutation: { twice: (_, { text }) => text + text },
    Subscription: {
      count: {
        async *subscribe(_, { to }) {
          for (let count = 0; count < to; count++) yield { count };
        },
      },
    },
  },
});

export function start(createServer = http.createServer) {
  return createServer(createYoga({ schema, logging: false })).listen(0, '127.0.0.1');
}
