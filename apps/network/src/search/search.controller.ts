import { Controller, Get, Query } from '@nestjs/common';
import { type SearchQuery, searchQuery } from './search.schema.ts';
import { Search } from './search.ts';

@Controller('api/v1/search')
export class SearchController {
  constructor(private readonly search: Search) {}

  @Get()
  async find(@Query({ schema: searchQuery }) query: SearchQuery) {
    const results = await this.search.find(query);
    return { success: true, query: query.q, type: query.type, results, count: results.length };
  }
}
