"""The questions put to GitHub's GraphQL API. https://docs.github.com/graphql/reference"""

from __future__ import annotations

PERSON = """
fragment Person on Actor { __typename login url avatarUrl ... on User { databaseId } ... on Bot { databaseId } }
"""

WORD = f"""
fragment Word on DiscussionComment {{
  id url bodyHTML createdAt lastEditedAt isMinimized upvoteCount authorAssociation author {{ ...Person }}
}}
{PERSON}"""

# 20 discussions of 50 comments of 50 answers: a tenth of the nodes that one question may ask for.
WORDS = f"""
fragment Words on DiscussionCommentConnection {{
  totalCount pageInfo {{ hasNextPage endCursor }}
  nodes {{ ...Word replies(first: 50) {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ ...Word }} }} }}
}}
{WORD}"""

TOPIC = f"""
fragment Topic on Discussion {{
  id number url title bodyHTML createdAt lastEditedAt updatedAt upvoteCount authorAssociation author {{ ...Person }}
  category {{ name isAnswerable }} labels(first: 20) {{ nodes {{ name }} }} comments(first: 50) {{ ...Words }}
}}
{WORDS}"""

LIST = f"""
query($owner: String!, $name: String!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    discussions(first: 20, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      pageInfo {{ hasNextPage endCursor }} nodes {{ ...Topic }}
    }}
  }}
}}
{TOPIC}"""

ONE = f"""
query($owner: String!, $name: String!, $number: Int!) {{
  repository(owner: $owner, name: $name) {{ discussion(number: $number) {{ ...Topic }} }}
}}
{TOPIC}"""

COMMENTS = f"""
query($id: ID!, $after: String) {{
  node(id: $id) {{ ... on Discussion {{ more: comments(first: 50, after: $after) {{ ...Words }} }} }}
}}
{WORDS}"""

REPLIES = f"""
query($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on DiscussionComment {{
      more: replies(first: 50, after: $after) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ ...Word }} }}
    }}
  }}
}}
{WORD}"""

HIDDEN = """
query($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { id isMinimized } } }
"""
