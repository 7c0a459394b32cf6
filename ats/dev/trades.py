"""What invented people do for a living: per department their titles, skills, deeds and reasons to apply."""

from typing import NamedTuple


class Trade(NamedTuple):
    """One department. {n}, {m}, {k}, {p} and {q} are numbers to fill in."""

    titles: str
    """From junior to senior. Like `skills` and `studies` a list, its items parted by `; `."""
    skills: str
    studies: str
    deeds: tuple[str, ...]
    summaries: tuple[str, ...]
    motives: tuple[str, ...]
    """Sentences of a cover letter that only somebody of this trade would write."""


EMPLOYERS = (
    "Brightwater Logistics; Kestrel & Vale; Nimbus Freight; Hallmark Robotics; Oakline Bank; Petrichor Labs; "
    "Södermark Energi; Tidewell Health; Quillon Press; Marble Arch Software; Fernhill Foods; Zephyr Mobility; "
    "Lumenor Optics; Cobalt Street; Wirbelwind Analytics; Anchor & Pine; Sable Insurance; Vantar Systems; "
    "Copperfield Telecom; Morgenrot Verlag; Larkspur Travel; Ironbridge Tools; Papillon Santé; Greymoor Council; "
    "Blue Heron Studio; Tallinder GmbH; Mistral Payments; Harrow Lane School Trust; Everwood Retail; Pinnace Games"
)

UNIVERSITIES = (
    "University of Westmarch; Technische Hochschule Lindental; Université de Valmont; Northgate Polytechnic; "
    "Universidade do Cabo Verdejo; Kingsferry College; Höga Kusten University; Politechnika Nadwiślańska; "
    "Institute of Technology Ramnagar; Harbour City University; Evening school, while working; Lakeside University"
)

TRADES: dict[str, Trade] = {
    "Engineering": Trade(
        titles="Junior developer; Software engineer; Backend engineer; Full-stack engineer; Site reliability engineer; "
        "Senior backend engineer; Senior platform engineer; Staff engineer",
        skills="Python; Go; TypeScript; PostgreSQL; Kubernetes; Redis; Kafka; Terraform; React; Flask; Rust; "
        "Observability; Code review; Incident response; API design; Linux; Event sourcing; GraphQL",
        studies="BSc Computer Science; MSc Software Engineering; BEng Electrical Engineering; MSc Mathematics; "
        "Apprenticeship in application development",
        deeds=(
            "Cut the nightly import from {n} hours to {m} minutes by moving it from one big job to a stream.",
            "Ran the pager rota for {n} services and halved the alerts nobody acted on.",
            "Moved {k},000 customers to the new billing service without a night of downtime.",
            "Wrote the design for our rate limiter; it has turned away {p} % of scraping traffic since.",
            "Mentored {n} juniors, two of whom now lead teams of their own.",
            "Replaced a hand-made deploy script by a pipeline that a new colleague understands on the first day.",
            "Brought the p95 of the search page from {k}00 ms to under {m}0 ms with two indexes and one deleted cache.",
            "Introduced property-based tests where a rounding error had cost us {k},000 euros.",
            "Took a monolith's reporting part out into its own service, and put it back when that proved wrong.",
        ),
        summaries=(
            "I like systems that are boring to operate: clear data models, few moving parts, honest dashboards.",
            "Backend developer with a soft spot for databases. I write designs before code and delete more than I add.",
            "Generalist who has shipped mobile, web and the thing behind both. Happiest near the data.",
            "Came to programming through physics; still measure before I believe.",
            "I have carried a pager for most of my working life and write software like somebody it will wake.",
        ),
        motives=(
            "At my current place I own the services that fail at night, and have taught them not to.",
            "Your posting mentions PostgreSQL before any framework, which told me more than a list of tools.",
            "What draws me is the pager one week in seven: teams that share it tend to fix the causes.",
            "I would bring {years} years of backends that had real users and, now and then, real outages.",
            "I have read your engineering notes on idempotent jobs twice, and argued about them with my team once.",
        ),
    ),
    "Sales": Trade(
        titles="Sales development representative; Account executive; Inside sales consultant; Key account manager; "
        "Senior account executive; Regional sales lead",
        skills="Discovery calls; Negotiation; CRM hygiene; Forecasting; Tenders; Value selling; Cold outreach; "
        "Contract basics; Presentations; Channel partners; Onboarding; Public sector",
        studies="BA Business Administration; BA Communication; MSc Marketing; Commercial apprenticeship; BA History",
        deeds=(
            "Closed {n} new accounts in a region where we had none, {p} % above target.",
            "Brought the average deal from first call to signature down from {k} to {n} weeks.",
            "Won a tender of {k}0,000 euros against two incumbents by answering the question they had really asked.",
            "Kept {q} % of my accounts through a price rise by calling each of them before the letter came.",
            "Wrote the playbook that the {n} colleagues hired after me still use.",
            "Cleaned up a pipeline in which every third deal had been dead for a year.",
        ),
        summaries=(
            "I sell by listening. My forecasts are dull because they come true.",
            "Account executive for mid-sized customers, patient with tenders and quick with follow-ups.",
            "Nine customers out of ten I have ever signed are still customers. I know all their first names.",
            "Sales with a background in support: I know what happens after the signature.",
        ),
        motives=(
            "I have sold to the people you sell to, and I know which month their budgets are made.",
            "Last year I ended {p} % above target with fewer calls than anybody, because I prepare them.",
            "I prefer products that I can explain to my parents, and yours passed that test on Sunday.",
            "Territory work suits me: I plan my weeks by train line and answer on the same day.",
        ),
    ),
    "Support": Trade(
        titles="Support agent; Customer support specialist; Technical support specialist; Senior support specialist; "
        "Support team lead",
        skills="Written English; Ticket triage; SQL basics; De-escalation; Knowledge base; Screen recordings; "
        "Log reading; Phone support; Shift planning; Bug reports; French; German",
        studies="BA Linguistics; BA Translation; Vocational training, office management; BSc Information Systems; "
        "Secondary school certificate",
        deeds=(
            "Answered {k}0 tickets a week with a satisfaction of {q} %.",
            "Wrote {k} help articles; tickets on their topics fell by {p} %.",
            "Trained {n} new colleagues and kept the shadowing plan that we still use.",
            "Turned the {n} most frequent complaints into bug reports that engineers could act on the same day.",
            "Brought the first answer from {n} hours to {m} minutes by sorting the queue by harm, not by age.",
            "Took the phone on the two days after the outage, and the one complaint that reached the board.",
        ),
        summaries=(
            "I answer the question behind the question, in plain words, and write it down for the next person.",
            "Support specialist who reads logs before asking for them.",
            "Calm on the phone, quick in writing, stubborn about root causes.",
            "I started at the counter of a hardware shop. Software customers are gentler.",
        ),
        motives=(
            "I enjoy the moment when an angry first line turns into a thank-you, and I know how to get there.",
            "In my present team I am the one who reads the logs, which saves us {n} questions per ticket.",
            "Your help pages are good; I found two that could be shorter and would love to prove it.",
            "I can cover the early shift, in three languages, and prefer it.",
        ),
    ),
    "Operations": Trade(
        titles="Operations assistant; Logistics coordinator; Office manager; Supply chain analyst; Operations manager; "
        "Head of operations",
        skills="Process mapping; Vendor contracts; Spreadsheets; Stock planning; Facilities; Payroll preparation; "
        "Health and safety; Travel policy; SQL basics; Shift rosters; Customs papers; Lean",
        studies="BSc Logistics; BA Business Administration; MSc Industrial Engineering; Freight forwarding "
        "apprenticeship",
        deeds=(
            "Re-planned {n} delivery routes and saved {p} % of the kilometres.",
            "Moved an office of {k} people over one weekend; on Monday every chair had its owner.",
            "Brought stock differences from {n} % to below one by counting less, but every day.",
            "Renegotiated {n} contracts and saved {k},000 euros a year without a single angry letter.",
            "Wrote the checklists that took our warehouse through two audits without findings.",
            "Planned shifts for {k} people so that nobody worked two weekends in a row.",
        ),
        summaries=(
            "I make the things work that nobody notices until they don't.",
            "Operations manager with a warehouse past: I trust a process once I have done it by hand.",
            "Organised, friendly, hard to surprise. I leave checklists wherever I go.",
        ),
        motives=(
            "I look for a place where good operations count as part of the product, and your posting reads like one.",
            "I have moved an office, a warehouse and once a herd of plants across a border, each on time.",
            "My references will tell you that I answer before the deadline, and what I say then holds.",
            "I would start by walking the whole way of one order, with a notebook.",
        ),
    ),
    "Design": Trade(
        titles="Junior designer; Product designer; UX researcher; Interaction designer; Senior product designer; "
        "Design lead",
        skills="Prototyping; Design systems; User interviews; Accessibility; Service design; Typography; HTML and CSS; "
        "Usability tests; Information architecture; Content design; Illustration; Workshops",
        studies="BA Communication Design; MA Interaction Design; BA Psychology; BFA Graphic Design",
        deeds=(
            "Redesigned the sign-up with {k} interviews behind it; {p} % more people finish it.",
            "Built a design system of {k} components that engineers chose to use.",
            "Ran {n} rounds of usability tests with people who use a screen reader, and fixed what they found.",
            "Replaced {k} settings by {n} good defaults.",
            "Set up monthly research days that the whole team, engineers included, attends.",
            "Drew the icons of our mobile app, and withdrew {n} of them for words.",
        ),
        summaries=(
            "Product designer who codes enough to be useful and too little to be dangerous.",
            "I design for people in a hurry: fewer choices, plainer words, larger targets.",
            "Researcher at heart. My favourite prototype is the one that proves me wrong by lunch.",
        ),
        motives=(
            "I tried your product with my mother. She has {n} remarks, I have a prototype for most of them.",
            "Dense tools for people who use them all day are the kind of design I like best.",
            "In my portfolio look at the second case first: a board that {k} dispatchers watch for eight hours.",
            "I care about accessibility before the audit, not after it.",
        ),
    ),
    "Finance": Trade(
        titles="Accounting clerk; Accountant; Payroll specialist; Financial analyst; Senior accountant; Controller",
        skills="Month-end close; VAT; IFRS; Spreadsheets; Payroll; Budgeting; Audit preparation; Reconciliation; "
        "SQL basics; Cost accounting; Treasury; Dunning",
        studies="BSc Accounting and Finance; MSc Finance; Certified accountant, evening school; BA Economics",
        deeds=(
            "Brought the month-end close from {n} working days to four.",
            "Prepared {n} audits without a finding worth a footnote.",
            "Found {k},000 euros of double-paid invoices, and the reason.",
            "Built the cash forecast that the board reads first; it has been within {n} % for a year.",
            "Moved payroll of {k}0 people to a new provider between two paydays.",
            "Cut open receivables by {p} % with friendlier letters, sent sooner.",
        ),
        summaries=(
            "Accountant who explains numbers to people who fear them.",
            "I close on day four, sleep well, and know where every cent of a difference went.",
            "Analyst with an auditor's past: I ask for the document, kindly.",
        ),
        motives=(
            "A growing company needs somebody who closes the month the same way each time; I have done it {k} times.",
            "I moved from auditing to the other side of the table and have never missed it.",
            "What I like about your posting is that it names the systems and admits which one you want to leave.",
            "Numbers are a service to colleagues, and I answer questions about them on the same day.",
        ),
    ),
}
