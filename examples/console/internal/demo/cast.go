package demo

import "github.com/add4b1c6/tenancy"

// owner is the address of the Owner of the company. The organizations are made in a store
// that does not have it.
const owner = "rosa.vega@northwind.example"

// cast returns those to act as, in the bar's order. The first is the company's Owner, and
// the second a member of the company alone.
func cast() []person {
	return []person{
		{Key: "owner", Label: "Owner", What: "Rosa Vega owns Northwind Traders and Northwind Labs.", email: owner},
		{Key: "administrator", Label: "Administrator", What: "Tomás Oliveira administers Northwind Traders.", email: "tomas.oliveira@northwind.example"},
		{Key: "member", Label: "Standard User", What: "Mei-Ling Chen works in some accounts of Northwind Traders.", email: "mei-ling.chen@northwind.example"},
		{Key: "guest", Label: "Guest", What: "Sam Okoye supports one account from outside.", email: "sam@agency.example"},
		{Key: "invitee", Label: "Invitee", What: "Ines Duarte has an organization of her own, and is invited.", email: "ines@duarte.example"},
		{Key: "outsider", Label: "Outsider", What: "Eve Sommer owns another company, Elsewhere.", email: "eve@elsewhere.example"},
		{Key: staff, Label: "Staff", What: "Somebody of the host's own staff."},
	}
}

// worker is somebody who works for the company.
type worker struct {
	name, email string
	role        tenancy.OrganizationRole
}

// workers are the people of the company beside its Owner.
var workers = []worker{
	{"Tomás Oliveira", "tomas.oliveira", tenancy.Administrator},
	{"Mei-Ling Chen", "mei-ling.chen", tenancy.StandardUser},
	{"Amara Okafor", "amara.okafor", tenancy.Administrator},
	{"Jonas Lindqvist", "jonas.lindqvist", tenancy.StandardUser},
	{"Priya Raman", "priya.raman", tenancy.StandardUser},
	{"عمر حداد", "omar.haddad", tenancy.StandardUser},
	{"Wolfeschlegelsteinhausenbergerdorff Bernhard Maximilian", "wolfeschlegelsteinhausenbergerdorff", tenancy.StandardUser},
	{"Luca Bianchi", "luca.bianchi", tenancy.StandardUser},
	{"Robert <script>alert('tables')</script> \"Bobby\"", "bobby", tenancy.StandardUser},
	{"נועה לוי", "noa.levi", tenancy.StandardUser},
	{"佐藤 美咲", "misaki.sato", tenancy.StandardUser},
	{"Zoë Vandenberghe", "zoe.vandenberghe", tenancy.StandardUser},
	{"Ayodele Balogun", "ayodele.balogun", tenancy.StandardUser},
	{"Charlotte Dubois", "charlotte.dubois", tenancy.StandardUser},
	{"Dmitri Volkov", "dmitri.volkov", tenancy.StandardUser},
	{"Elena Petrova", "elena.petrova", tenancy.StandardUser},
	{"Fatima Zahra", "fatima.zahra", tenancy.StandardUser},
	{"Gabriel Costa", "gabriel.costa", tenancy.StandardUser},
	{"Hanna Kowalska", "hanna.kowalska", tenancy.StandardUser},
	{"Ibrahim Yılmaz", "ibrahim.yilmaz", tenancy.StandardUser},
	{"Jun Park", "jun.park", tenancy.StandardUser},
	{"Katarína Horváthová", "katarina.horvathova", tenancy.StandardUser},
	{"Liam O’Connor", "liam.oconnor", tenancy.StandardUser},
	{"Marta Nowak", "marta.nowak", tenancy.StandardUser},
	{"Nikhil Desai", "nikhil.desai", tenancy.StandardUser},
	{"Olga Sokolova", "olga.sokolova", tenancy.StandardUser},
	{"Pedro Álvarez", "pedro.alvarez", tenancy.StandardUser},
	{"Quinn Baker", "quinn.baker", tenancy.StandardUser},
	{"Rania Mansour", "rania.mansour", tenancy.StandardUser},
	{"Søren Mikkelsen", "soren.mikkelsen", tenancy.StandardUser},
	{"Thuy Nguyen", "thuy.nguyen", tenancy.StandardUser},
	{"Uma Krishnan", "uma.krishnan", tenancy.StandardUser},
	{"Viktor Hansson", "viktor.hansson", tenancy.StandardUser},
	{"Wanjiru Kamau", "wanjiru.kamau", tenancy.StandardUser},
	{"Xavier Moreau", "xavier.moreau", tenancy.StandardUser},
	{"Yuki Tanaka", "yuki.tanaka", tenancy.StandardUser},
	{"Zainab Bello", "zainab.bello", tenancy.StandardUser},
	{"Anders Holm", "anders.holm", tenancy.StandardUser},
	{"Beatriz Silva", "beatriz.silva", tenancy.StandardUser},
	{"Chidi Eze", "chidi.eze", tenancy.StandardUser},
	{"Daniela Rossi", "daniela.rossi", tenancy.StandardUser},
	{"Emre Demir", "emre.demir", tenancy.StandardUser},
	{"Freya Jensen", "freya.jensen", tenancy.StandardUser},
	{"Grace Mwangi", "grace.mwangi", tenancy.StandardUser},
	{"Hugo Martin", "hugo.martin", tenancy.StandardUser},
	{"Isla MacDonald", "isla.macdonald", tenancy.StandardUser},
	{"Jakub Novák", "jakub.novak", tenancy.StandardUser},
	{"Keiko Yamamoto", "keiko.yamamoto", tenancy.StandardUser},
	{"Leila Haddad", "leila.haddad", tenancy.StandardUser},
	{"Mateusz Wójcik", "mateusz.wojcik", tenancy.StandardUser},
	{"Nadia Rahman", "nadia.rahman", tenancy.StandardUser},
	{"Oscar Bergström", "oscar.bergstrom", tenancy.StandardUser},
	{"Paola Ferrari", "paola.ferrari", tenancy.StandardUser},
	{"Rahul Mehta", "rahul.mehta", tenancy.StandardUser},
	{"Sofia Andersson", "sofia.andersson", tenancy.StandardUser},
	{"Tariq Aziz", "tariq.aziz", tenancy.StandardUser},
	{"Ursula Weber", "ursula.weber", tenancy.StandardUser},
	{"Valentina Ortiz", "valentina.ortiz", tenancy.StandardUser},
	{"Willem de Vries", "willem.devries", tenancy.StandardUser},
}

// Actors returns the keys of those to act as.
func Actors() (keys []string) {
	for _, p := range cast() {
		keys = append(keys, p.Key)
	}
	return keys
}
