package dev.jobfeed.sandbox;

import java.util.ArrayList;
import java.util.List;

/** The words that the generated world is made of. All of it is invented. */
final class SampleText {

    /** A kind of work: its title, the canonical title, and skills that go with it. */
    record Role(String title, String normalized, String... skills) {}

    static final Role[] ROLES = {
        new Role("Software Engineer", "software_engineer", "Java", "SQL", "Kubernetes", "Git"),
        new Role("Data Engineer", "data_engineer", "Python", "Spark", "SQL", "Airflow"),
        new Role("Frontend Developer", "frontend_developer", "TypeScript", "React", "CSS", "Accessibility"),
        new Role("Site Reliability Engineer", "site_reliability_engineer", "Linux", "Terraform", "Go", "Prometheus"),
        new Role("Product Manager", "product_manager", "Roadmapping", "User research", "Analytics", "Writing"),
        new Role("UX Designer", "ux_designer", "Figma", "Prototyping", "User research", "Typography"),
        new Role("Account Executive", "account_executive", "Negotiation", "CRM", "Forecasting", "Presenting"),
        new Role("Customer Success Manager", "customer_success_manager", "Onboarding", "CRM", "Empathy", "French"),
        new Role("Registered Nurse", "registered_nurse", "Triage", "Patient care", "Charting", "CPR"),
        new Role("Warehouse Associate", "warehouse_associate", "Forklift", "Inventory", "Safety", "Lifting"),
        new Role("Financial Analyst", "financial_analyst", "Excel", "Modelling", "Forecasting", "SQL"),
        new Role("Electrical Engineer", "electrical_engineer", "AutoCAD", "PLC", "Circuit design", "MATLAB"),
        new Role("Barista", "barista", "Espresso", "Latte art", "Cash handling", "Smiling"),
        new Role("Kaufmännische:r Sachbearbeiter:in", "office_clerk", "SAP", "Buchhaltung", "Deutsch", "Excel"),
        new Role("Développeur C++ / Qt", "software_engineer", "C++", "Qt", "CMake", "Français"),
        new Role("Recruiter \"People & Culture\"", "recruiter", "Sourcing", "Interviewing", "Writing", "ATS"),
        new Role("Machine Learning Engineer", "machine_learning_engineer", "PyTorch", "Python", "MLOps", "Statistics"),
        new Role("ソフトウェアエンジニア", "software_engineer", "Rust", "日本語", "AWS", "gRPC"),
    };

    /** Output values as seen live, and the word a title begins with. */
    static final String[][] LEVELS = {
        {"Intern", "Intern – "},
        {"Entry Level", "Junior "},
        {"Mid Level", ""},
        {"Mid Level", ""},
        {"Senior", "Senior "},
        {"Senior", "Senior "},
        {"Lead", "Lead "},
        {"Executive", "Head of: "},
    };

    static final String[] EMPLOYMENT_TYPES = {
        "Full-time",
        "Full-time",
        "Full-time",
        "Full-time",
        "Full-time",
        "Full-time",
        "Part-time",
        "Contract",
        "Internship",
        "Freelance",
        "Temporary",
        null,
    };

    static final String[] WORKPLACE_TYPES = {"Remote", "Hybrid", "Hybrid", "On-site", "On-site", "On-site", null};

    static final String[] SOURCES = {
        "greenhouse", "greenhouse", "workday", "workday", "lever_co", "ashby", "smartrecruiters", "icims",
        "bamboohr", "workable", "personio", "recruitee", "teamtailor", "jobvite", "pinpoint", "other",
    };

    static final Location[] PLACES = {
        new Location("New York", "New York", "NY", "United States", "US", 40.7128, -74.006, "USD"),
        new Location("San Francisco", "California", "CA", "United States", "US", 37.7749, -122.4194, "USD"),
        new Location("Austin", "Texas", "TX", "United States", "US", 30.2672, -97.7431, "USD"),
        new Location("Seattle", "Washington", "WA", "United States", "US", 47.6062, -122.3321, "USD"),
        new Location("Chicago", "Illinois", "IL", "United States", "US", 41.8781, -87.6298, "USD"),
        new Location("Boston", "Massachusetts", "MA", "United States", "US", 42.3601, -71.0589, "USD"),
        new Location("Toronto", "Ontario", "ON", "Canada", "CA", 43.6532, -79.3832, "CAD"),
        new Location("Montréal", "Québec", "QC", "Canada", "CA", 45.5019, -73.5674, "CAD"),
        new Location("London", "England", "ENG", "United Kingdom", "GB", 51.5072, -0.1276, "GBP"),
        new Location("Edinburgh", "Scotland", "SCT", "United Kingdom", "GB", 55.9533, -3.1883, "GBP"),
        new Location("Berlin", "Berlin", "BE", "Germany", "DE", 52.52, 13.405, "EUR"),
        new Location("München", "Bayern", "BY", "Germany", "DE", 48.1351, 11.582, "EUR"),
        new Location("Paris", "Île-de-France", "IDF", "France", "FR", 48.8566, 2.3522, "EUR"),
        new Location("Zürich", "Zürich", "ZH", "Switzerland", "CH", 47.3769, 8.5417, "CHF"),
        new Location("Kraków", "Małopolskie", "MA", "Poland", "PL", 50.0647, 19.945, "PLN"),
        new Location("Bengaluru", "Karnataka", "KA", "India", "IN", 12.9716, 77.5946, "INR"),
        new Location("São Paulo", "São Paulo", "SP", "Brazil", "BR", -23.5558, -46.6396, "BRL"),
        new Location("東京", "Tōkyō", "13", "Japan", "JP", 35.6764, 139.65, "JPY"),
        new Location("Sydney", "New South Wales", "NSW", "Australia", "AU", -33.8688, 151.2093, "AUD"),
        new Location("Singapore", null, null, "Singapore", "SG", 1.3521, 103.8198, "SGD"),
        new Location(null, null, null, "United States", "US", null, null, "USD"),
        new Location(null, null, null, "Germany", "DE", null, null, "EUR"),
    };

    static final String[] RESPONSIBILITIES = {
        "Own a part of the product from the first sketch to the last support ticket.",
        "Write down decisions so that the next person can disagree with them.",
        "Work with colleagues in four time zones, kindly and mostly in writing.",
        "Keep the “boring” parts boring: backups, upgrades, on-call notes.",
        "Review the work of others within one working day.",
        "Prepare the weekly report & present it on Thursdays.",
        "Talk to customers, then talk to them again.",
        "Improve how we measure quality; today we measure 3 of 11 things.",
        "Train new team members (2–3 a year).",
    };

    static final String[] BENEFITS = {
        "30 days of paid leave",
        "Health, dental and vision insurance",
        "401(k) with a 4% match",
        "Home-office budget of €1,000",
        "Parental leave: 16 weeks for everybody",
        "Free fruit, good coffee ☕ and a quiet room",
        "Job ticket / Jobrad",
        "Four-day week in August",
    };

    static final String[] EDUCATION = {
        "Bachelor's degree", "Master's degree", "High school diploma", "Abgeschlossene Berufsausbildung",
    };

    static final String[] CERTIFICATIONS = {"AWS Solutions Architect", "PMP", "RN licence", "Scrum Master"};

    static final String[] SOFT_SKILLS = {"Communication", "Teamwork", "Curiosity", "Time management"};

    static final String[] NAME_FIRST = {
        "Amber", "Birch", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Indigo", "Juniper", "Krüger",
        "Lumière", "Meadow", "Nimbus", "Óbidos", "Pebble", "Quartz", "Río", "Saffron", "Tundra",
    };

    static final String[] NAME_SECOND = {
        "Analytics",
        "Health",
        "Logistics",
        "Robotics",
        "Foods",
        "Energy",
        "Finance",
        "Learning",
        "Mobility",
        "Software",
        "Studios",
        "Security",
        "Textiles",
        "Water",
        "Works",
        "& Sons",
    };

    static final String[] NAME_LAST = {"", "", " Inc.", " GmbH", " Ltd", " S.A.", " K.K.", " Group"};

    static final String[] INDUSTRIES = {
        "fintech",
        "biotech",
        "healthcare",
        "logistics",
        "education",
        "retail",
        "energy",
        "gaming",
        "manufacturing",
        "media",
        "security",
        "hospitality",
    };

    static final String[] CATEGORIES = {"B2B", "B2C", "SaaS", "Marketplace", "Hardware", "Consulting"};

    static final String[] COMPANY_SIZES = {
        "1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10001+",
    };

    static final String[] FUNDING_STAGES = {"seed", "series_a", "series_b", "series_c", "private_equity", null};

    static final String[] PEOPLE = {
        "Ada Beispiel", "Bruno Muster", "Chloé Exemple", "Dmitri Primer", "Esi Sample", "Fatma Örnek",
    };

    private static final String[] SENTENCES = {
        "We are looking for somebody who likes finishing things more than starting them.",
        "Our team of twelve looks after a product that about 40,000 people use every working day.",
        "You'll hear \"it depends\" a lot here – and then a decision, usually on the same afternoon.",
        "Wir arbeiten überwiegend in kleinen Gruppen, mit kurzen Wegen und viel Vertrauen.",
        "Nous préférons les phrases courtes, les réunions brèves et les déjeuners longs.",
        "There is a budget for learning, and nobody asks twice what you spent it on 🎓.",
        "Most of our services run on <b>boring</b> technology & that is on purpose.",
        "You do not need to tick every box below; tell us which one you would grow into.",
        "日本語または英語でのコミュニケーションが可能な方を歓迎します。",
        "Salary bands are published inside the company and are reviewed every spring.",
        "We answer every application within ten days, even when the answer is no.",
        "The role reports to the head of the department and works closely with finance.",
        "Equal opportunity is not a paragraph for us; it's how the panel is put together.",
        "Pracujemy hybrydowo: dwa dni w biurze, reszta według uznania zespołu.",
        "On-call is one week in eight, paid, and quiet more often than not 🌙.",
        "The path C:\\shared\\plans is a joke that you will understand after a month.",
        "A typical week has three meetings, one of which you may skip.",
        "We ship small changes often and roll them back without drama.",
        "The office is 5 minutes from the station; there is room for bicycles and two dogs 🐕.",
        "¿Te gusta explicar cosas difíciles con palabras sencillas? Entonces hablemos.",
        "You bring some years of experience, or a good reason why that should not matter.",
        "Travel is rare: twice a year the whole company meets for three days.",
        "What we measure: time to first answer, share of reopened cases, and sleep.",
        "Please send no cover letter—two sentences on what you did last are enough.",
        "Safety comes first; whoever stops the line for a good reason is thanked.",
        "We use about “seven” tools and would like to use five.",
        "Visa sponsorship can be discussed for this position; relocation is supported.",
        "The contract is unlimited, the trial period is six months, the notice is fair.",
    };

    private static final String[] HEADINGS = {
        "About the role", "What you will do", "Who you are", "Über uns", "À propos", "How we work", "The fine print",
    };

    /** Paragraphs of a description, escaped for JSON, each ending with an empty line. */
    static final byte[][] PARAGRAPHS = paragraphs();

    private SampleText() {}

    private static byte[][] paragraphs() {
        SeededRandom draw = new SeededRandom(0, 0, 0);
        List<byte[]> paragraphs = new ArrayList<>();
        for (int i = 0; i < 72; i++) {
            StringBuilder text = new StringBuilder();
            if (draw.oneIn(4)) {
                text.append(draw.pick(HEADINGS)).append(":\n");
            }
            boolean list = draw.oneIn(5);
            int sentence = draw.below(SENTENCES.length);
            int step = 1 + 2 * draw.below(3);
            for (int sentences = 3 + draw.below(4); sentences > 0; sentences--) {
                text.append(list ? "• " : "").append(SENTENCES[sentence]).append(list ? '\n' : ' ');
                sentence = (sentence + step) % SENTENCES.length;
            }
            paragraphs.add(JsonBytes.escaped(text.toString().strip() + "\n\n"));
        }
        return paragraphs.toArray(byte[][]::new);
    }
}
