package console

// customerRoutes serves the pages of a customer's people.
func (c *console) customerRoutes() {
	c.personRoutes()
	c.invitationRoutes()
	c.overviewRoutes()
	c.userRoutes()
	c.mergeRoutes()
	c.logRoutes()
	c.serviceAccountRoutes()
	c.roleRoutes()
	c.domainRoutes()
	c.policyRoutes()
	c.ssoRoutes()
	c.directoryRoutes()
	c.settingsRoutes()
	c.deletionRoutes()
	c.ownerRoutes()
	c.accountsRoutes()
	c.accountRoutes()
	c.ownAccountRoutes()
	c.accountOutsideRoutes()
	c.accountMemberRoutes()
	c.accountInvitationRoutes()
	c.accountPassRoutes()
	c.groupsRoutes()
	c.hipaaRoutes()
}

// says has a sentence about what was just done, for done. Each key is the handler's alone.
func (c *console) says(notice, sentence string) {
	if c.notices[notice] != "" {
		panic("console: a notice has two sentences: " + notice)
	}
	c.notices[notice] = sentence
}
