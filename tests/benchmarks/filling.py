"""Large amounts of data by plain SQL: histories of every length, made by PostgreSQL itself."""

import psycopg2

STATEMENTS = """
-- Without the triggers, of which each would change the same job once per application, in one transaction.
SET LOCAL session_replication_role = replica;

-- Everybody applied at another minute of the last ninety days, half of them still wait in Applied.
CREATE TEMP TABLE person ON COMMIT DROP AS
    SELECT n, now() - n * (interval '90 days' / %(count)s) AS came,
        (ARRAY['applied','applied','applied','screening','interview','rejected','offer','hired'])[1 + n %% 8] AS stage
    FROM generate_series(1, %(count)s) AS n;

INSERT INTO candidate (company_id, name, email, phone, headline)
    SELECT %(company)s, 'Person ' || n, 'person' || n || '-of-' || %(job)s || '@mail.example', '', 'Baker, Bakery ' || n
    FROM person;

INSERT INTO application (company_id, job_id, candidate_id, source, cover_letter, answers, stage, stage_seq, stage_since,
        created_at, shown_version)
    SELECT %(company)s, %(job)s, candidate.id, (ARRAY['Careers page','Referral','LinkedIn'])[1 + n %% 3], '', '[]',
        stage,
        CASE stage WHEN 'applied' THEN 1 WHEN 'screening' THEN 2 WHEN 'rejected' THEN 2 WHEN 'interview' THEN 3
            WHEN 'offer' THEN 4 ELSE 5 END, came + interval '1 hour', came, %(count)s - n
    FROM person JOIN candidate ON candidate.company_id = %(company)s
        AND candidate.email = 'person' || n || '-of-' || %(job)s || '@mail.example';

INSERT INTO stage_change (company_id, application_id, seq, from_stage, to_stage, actor_id, created_at)
    SELECT application.company_id, application.id, step.seq, step.from_stage, step.to_stage,
        CASE WHEN application.id %% 20 = 0 THEN %(actor)s::int END,
        application.created_at + (step.seq - 1) * interval '15 minutes'
    FROM application JOIN (VALUES
        ('', 1, NULL, 'applied'), ('screening', 2, 'applied', 'screening'), ('interview', 3, 'screening', 'interview'),
        ('offer', 4, 'interview', 'offer'), ('hired', 5, 'offer', 'hired'), ('rejected', 2, 'applied', 'rejected')
    ) AS step (name, seq, from_stage, to_stage)
        ON CASE WHEN application.stage = 'rejected' THEN step.name IN ('', 'rejected')
            ELSE step.name <> 'rejected' AND step.seq <= application.stage_seq END
    WHERE application.job_id = %(job)s AND NOT EXISTS (
        SELECT FROM stage_change WHERE stage_change.application_id = application.id);

INSERT INTO stage_day (company_id, job_id, stage, day, count)
    SELECT company_id, job_id, stage, date_trunc('day', stage_since, 'UTC'), count(*)
    FROM application WHERE job_id = %(job)s GROUP BY 1, 2, 3, 4
    ON CONFLICT (job_id, stage, day) DO UPDATE SET count = excluded.count;

UPDATE job SET board_version = board_version + %(count)s, stage_counts = (
    SELECT jsonb_object_agg(stage, number) FROM (
        SELECT stage, count(*) AS number FROM application WHERE job_id = job.id GROUP BY stage) AS counted)
    WHERE id = %(job)s;
"""


def fill(url: str, *, company: int, job: int, actor: int, count: int) -> None:
    """Give a job `count` applications with their histories, in one transaction, and let PostgreSQL look at them."""
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(STATEMENTS, {"company": company, "job": job, "actor": actor, "count": count})
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def waiting(url: str, job: int) -> list[int]:
    """The ids of the job's applications in Applied, newest first."""
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM application WHERE job_id = %s AND stage = 'applied' ORDER BY id DESC", [job])
        found = [number for (number,) in cursor.fetchall()]
    connection.close()
    return found


FORTY_JOBS = """
INSERT INTO job (company_id, title, department, location, country, workplace, employment_type, salary_currency,
        description, questions, status, opened_at, board_version)
    SELECT %(company)s, 'Job ' || n, 'Department ' || n %% 5, '', '', 'on_site', 'full_time', 'EUR', '', '[]',
        'open', now() - n * interval '9 days', 0
    FROM generate_series(1, 40) AS n;
"""

A_YEAR = """
-- People who applied for one of the jobs at another moment of the year. Of ten, three wait, five were rejected at
-- different stages, one was hired and one has an offer: three changes of stage each.
CREATE TEMP TABLE person ON COMMIT DROP AS
    SELECT n, opening.id AS job_id, now() - n * (interval '365 days' / %(count)s) AS came,
        (ARRAY['applied','screening','interview','applied-rejected','screening-rejected','screening-rejected',
            'interview-rejected','interview-rejected','offer','hired'])[1 + n / 7 %% 10] AS fate,
        (ARRAY['Careers page','Referral','LinkedIn','Job board','Agency','Sourced','Other'])[1 + n %% 7] AS source
    FROM generate_series(%(first)s, %(last)s) AS n JOIN (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM job WHERE title LIKE 'Job %%'
    ) AS opening ON opening.place = n %% 40;

CREATE TEMP TABLE step ON COMMIT DROP AS
    SELECT fate.name AS fate, way.seq, fate.way[way.seq - 1] AS from_stage, way.stage AS to_stage
    FROM (VALUES
        ('applied', ARRAY['applied']),
        ('screening', ARRAY['applied', 'screening']),
        ('interview', ARRAY['applied', 'screening', 'interview']),
        ('applied-rejected', ARRAY['applied', 'rejected']),
        ('screening-rejected', ARRAY['applied', 'screening', 'rejected']),
        ('interview-rejected', ARRAY['applied', 'screening', 'interview', 'rejected']),
        ('offer', ARRAY['applied', 'screening', 'interview', 'offer']),
        ('hired', ARRAY['applied', 'screening', 'interview', 'offer', 'hired'])
    ) AS fate (name, way), unnest(fate.way) WITH ORDINALITY AS way (stage, seq);

INSERT INTO candidate (company_id, name, email, phone, headline)
    SELECT %(company)s, 'Person ' || n, 'person' || n || '@mail.example', '', '' FROM person;

INSERT INTO application (company_id, job_id, candidate_id, source, cover_letter, answers, stage, stage_seq, stage_since,
        created_at)
    SELECT %(company)s, person.job_id, candidate.id, source, '', '[]', step.to_stage, step.seq,
        came + (step.seq - 1) * (n %% 17) * interval '18 hours', came
    FROM person JOIN candidate ON candidate.company_id = %(company)s AND email = 'person' || n || '@mail.example'
    JOIN LATERAL (SELECT * FROM step WHERE step.fate = person.fate ORDER BY seq DESC LIMIT 1) AS step ON true;

INSERT INTO stage_change (company_id, application_id, seq, from_stage, to_stage, actor_id, created_at)
    SELECT application.company_id, application.id, step.seq, step.from_stage, step.to_stage, %(actor)s,
        came + (step.seq - 1) * (n %% 17) * interval '18 hours'
    FROM person JOIN candidate ON candidate.company_id = %(company)s AND email = 'person' || n || '@mail.example'
    JOIN application ON application.candidate_id = candidate.id
    JOIN step ON step.fate = person.fate;
"""


CHUNK = 5_000
"""Applications of one transaction. In a larger one PostgreSQL would drag the versions of the jobs' rows along."""


def fill_a_year(url: str, *, company: int, actor: int, count: int) -> tuple[int, int]:
    """Give a company `count` applications of a year; returns how many applications and changes of stage there are."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(FORTY_JOBS, {"company": company})
        for first in range(1, count + 1, CHUNK):
            span = {"first": first, "last": min(first + CHUNK - 1, count)}
            cursor.execute(A_YEAR, {"company": company, "actor": actor, "count": count, **span})
            cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT (SELECT count(*) FROM application), (SELECT count(*) FROM stage_change)")
        numbers: tuple[int, int] = cursor.fetchone()  # type: ignore[assignment]
    connection.close()
    return numbers
