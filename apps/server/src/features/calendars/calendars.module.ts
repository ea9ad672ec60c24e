import { calendarRoutes } from '@carillon/contract/http/calendars.routes';
import type { Input as InputOf, Response } from '@carillon/contract/http/route';
import type { CalendarSpec } from '@carillon/core/calendar/calendar.schema';
import { comingDays } from '@carillon/core/calendar/coming-days';
import { Controller, Inject, Module } from '@nestjs/common';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { Handles, Input } from '../../http/handles.js';
import { AlertDocumentListStore } from '../../store/alert-document-list.store.js';

const shownJobs = 20;

/** Looking at calendars; they are written and deleted as other documents are. */
@Controller()
class CalendarsController {
  constructor(@Inject(AlertDocumentListStore) private readonly documents: AlertDocumentListStore) {}

  @Handles(calendarRoutes.list)
  async list(
    @Input() { cursor, limit }: InputOf<typeof calendarRoutes.list>,
  ): Promise<Response<typeof calendarRoutes.list>> {
    const rows = await this.documents.list('Calendar', readCursor(cursor), limit + 1);
    const uses = await this.documents.usesOfCalendars();
    const today = new Date().toISOString().slice(0, 10);
    return pageOfRows(
      rows,
      limit,
      ({ nameKey }) => nameKey,
      ({ name, nameKey, spec: stored, author, updatedAt }) => {
        const { description, days } = stored as CalendarSpec;
        const jobs = [...new Set((uses.get(nameKey) ?? []).map((use) => use.name))];
        return {
          name,
          description,
          days: [...days],
          coming: comingDays(days, today),
          jobs: jobs.slice(0, shownJobs),
          jobsTotal: jobs.length,
          author,
          updatedAt: updatedAt.toISOString(),
        };
      },
    );
  }
}

@Module({ controllers: [CalendarsController], providers: [AlertDocumentListStore] })
export class CalendarsModule {}
