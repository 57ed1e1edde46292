import { sql } from 'kysely';

export interface OwnerView {
  readonly x_handle: string;
  readonly x_name: string;
  readonly x_bio: string;
  readonly x_follower_count: number;
  readonly x_following_count: number;
  readonly x_verified: boolean;
}

/** The public side of a joined `owners` row: its e-mail address is not in it. */
export function ownerOf() {
  return sql<OwnerView | null>`case when owners.id is null then null else json_build_object(
    'x_handle', owners.x_handle,
    'x_name', owners.x_name,
    'x_bio', owners.x_bio,
    'x_follower_count', owners.x_follower_count,
    'x_following_count', owners.x_following_count,
    'x_verified', owners.x_verified
  ) end`.as('owner');
}
